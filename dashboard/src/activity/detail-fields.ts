// Every field of an event as a labelled list. Absent fields make no line: a panel of dashes says nothing.
import type { AnnalsEvent } from "../api/types";
import { messages } from "../messages";
import { fullTime, utcTime } from "./days";
import { metadataText } from "./filter-words";
import { joinList, metadataField, parseTerm } from "./terms";
import { actorDetail, categoryName, pointsText, severityName, spell } from "./words";

const m = messages.detail;
const l = m.labels;

export interface Field {
  readonly label: string;
  readonly value: string;
  /** Ids, paths and stacks are read letter by letter. */
  readonly code?: boolean;
  /** Said below the value, more exactly. */
  readonly note?: string;
  /** The value as a filter compares it, where it is metadata that can be filtered by. */
  readonly filter?: string;
}

export interface FieldGroup {
  readonly title: string;
  readonly fields: readonly Field[];
}

type Maybe = Field | null;
/** The API leaves absent fields out; its document allows null as well. */
type Absent<T> = T | null | undefined;

export function groupsOf(event: AnnalsEvent): FieldGroup[] {
  return [
    group(m.groups.what, what(event)),
    group(m.groups.who, who(event)),
    group(m.groups.failure, failure(event)),
    group(m.groups.where, where(event)),
    group(m.groups.metadata, metadata(event)),
    group(m.groups.record, record(event)),
  ].filter((g) => g.fields.length > 0);
}

/** What one tells somebody of their own record: names, no ids, and nothing that only programs read. */
export function plainGroupsOf(event: AnnalsEvent): FieldGroup[] {
  const { actor, subject, entity, page, client, points } = event;
  const where = [
    page ? text(l.page, page.title ?? page.path) : null,
    text(l.engagedTime, duration(page?.engaged_ms)),
    text(l.device, client?.device),
    text(l.browser, client?.browser),
    text(l.address, client?.ip),
  ];
  return [
    group(m.groups.what, [text(l.category, categoryName(event.category)), text(l.entity, entity?.name), points ? text(l.points, pointsText(points)) : null]),
    group(m.groups.who, [text(l.actor, actor.name ?? actorDetail(actor)), text(l.subject, subject?.name)]),
    group(m.groups.where, where),
    group(m.groups.details, metadata(event).map((field) => field && { label: spell(field.label), value: field.value })),
    group(m.groups.record, [time(l.occurred, event.occurred_at), time(l.recorded, event.created_at), time(l.anonymised, event.anonymised_at)]),
  ].filter((g) => g.fields.length > 0);
}

function what(event: AnnalsEvent): Maybe[] {
  const { entity, points } = event;
  return [
    text(l.category, categoryName(event.category)),
    code(l.action, event.action),
    text(l.class, messages.activity.classes[event.class] ?? event.class),
    text(l.severity, severityName(event.severity)),
    entity ? text(l.entity, named(entity.name, [entity.type, entity.id])) : null,
    points ? text(l.points, pointsText(points)) : null,
  ];
}

function who(event: AnnalsEvent): Maybe[] {
  const { actor, subject, account } = event;
  return [
    text(l.actor, named(actor.name, [actorDetail(actor)])),
    subject ? text(l.subject, named(subject.name, [subject.id])) : null,
    account ? code(l.account, account.id) : null,
  ];
}

function failure({ error }: AnnalsEvent): Maybe[] {
  if (!error) return [];
  return [
    code(l.errorType, error.type),
    text(l.errorMessage, error.message),
    code(l.component, error.component),
    code(l.endpoint, error.endpoint),
    text(l.status, error.status?.toString()),
    code(l.stack, error.stack),
  ];
}

function where({ page, client, request, session_id }: AnnalsEvent): Maybe[] {
  return [
    page ? text(l.page, named(page.title, [page.path])) : null,
    code(l.referrer, page?.referrer),
    text(l.loadTime, duration(page?.load_ms)),
    text(l.engagedTime, duration(page?.engaged_ms)),
    request ? code(l.request, [request.method, request.route].filter(Boolean).join(" ")) : null,
    text(l.status, request?.status?.toString()),
    text(l.duration, duration(request?.duration_ms)),
    code(l.session, session_id),
    text(l.device, client?.device),
    text(l.os, client?.os),
    text(l.browser, client?.browser),
    code(l.address, client?.ip),
    code(l.userAgent, client?.user_agent),
  ];
}

/** The sender's own fields, under the sender's own names. */
function metadata(event: AnnalsEvent): Maybe[] {
  return Object.entries(event.metadata ?? {}).map(([label, value]) => {
    const field = code(label, typeof value === "string" ? value : JSON.stringify(value));
    const filter = metadataText(value);
    return field && filter !== null && parseTerm(metadataField(label), joinList([filter])) ? { ...field, filter } : field;
  });
}

function record(event: AnnalsEvent): Maybe[] {
  return [time(l.occurred, event.occurred_at), time(l.recorded, event.created_at), time(l.anonymised, event.anonymised_at), code(l.id, event.id)];
}

function group(title: string, fields: Maybe[]): FieldGroup {
  return { title, fields: fields.filter((field) => field !== null) };
}

function text(label: string, value: Absent<string>): Maybe {
  return value == null || value === "" ? null : { label, value };
}

function code(label: string, value: Absent<string>): Maybe {
  return value == null || value === "" ? null : { label, value, code: true };
}

function time(label: string, value: Absent<string>): Maybe {
  return value == null ? null : { label, value: fullTime(new Date(value)), note: utcTime(value) };
}

/** `Volcanoes · quest · q1`: the name people use, then what programs use. */
function named(name: Absent<string>, rest: Absent<string>[]): string {
  return [name, ...rest].filter((part) => part != null && part !== "").join(" · ");
}

function duration(ms: Absent<number>): Absent<string> {
  if (ms == null) return null;
  return ms < 1000 ? m.milliseconds(ms) : m.seconds(ms);
}
