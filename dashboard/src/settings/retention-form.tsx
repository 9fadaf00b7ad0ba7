import { useId, useState, type SyntheticEvent } from "react";
import { categoryName } from "../activity/words";
import { toApiError } from "../api/error";
import type { Class, Retention } from "../api/types";
import { useCatalog } from "../api/use-catalog";
import { messages } from "../messages";
import { CategoryIcon } from "../ui/category-icon";
import { Icon } from "../ui/icon";
import { NumberInput } from "./number-input";
import { changeOf, faultsOf, FEWEST_ENTRIES, textOf, type CategoryText, type Fault, type Faults, type NumberField } from "./retention-values";
import { useChangeRetention } from "./use-retention";

const m = messages.settings.retention;

interface Props {
  held: Retention;
  admin: boolean;
  onDiscard: () => void;
}

export function RetentionForm({ held, admin, onDiscard }: Props) {
  const [text, setText] = useState(() => textOf(held));
  const [tried, setTried] = useState(false);
  const change = useChangeRetention();
  const classes = useClasses();
  const ages = (category: string) => AGES[classes.get(category) ?? "activity"];
  const faults = tried ? faultsOf(text, ages) : new Map<string, Fault>();
  const dirty = JSON.stringify(text) !== JSON.stringify(textOf(held));
  const refused = change.error && toApiError(change.error);
  const told = (field: string) => faultText(faults.get(field)) ?? refused?.fields.find((fault) => fault.field === field)?.message;

  const edit = (next: typeof text) => {
    change.reset();
    setText(next);
  };
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    setTried(true);
    if (faultsOf(text, ages).size === 0) change.mutate(changeOf(held, text, ages));
  };
  const number = (field: NumberField, label: string, unit: string, hint?: string) => (
    <NumberInput label={label} unit={unit} hint={hint} value={text.numbers[field]} disabled={!admin} fault={told(field)} onChange={(value) => edit({ ...text, numbers: { ...text.numbers, [field]: value } })} />
  );
  return (
    <form className="retention" onSubmit={submit} noValidate>
      <div className="retention-classes">
        <fieldset>
          <legend>{m.activity}</legend>
          <p className="form-hint">{m.activityDetail}</p>
          {number("activity.anonymise_after_days", m.anonymise, m.days)}
          {number("activity.delete_after_days", m.remove, m.days)}
        </fieldset>
        <fieldset>
          <legend>{m.errors}</legend>
          <p className="form-hint">{m.errorsDetail}</p>
          {number("errors.delete_after_days", m.remove, m.days)}
        </fieldset>
        <fieldset>
          <legend>{m.audit}</legend>
          <p className="form-hint">{m.auditDetail}</p>
          {number("audit.max_days", m.remove, m.days)}
          {number("audit.max_entries", m.entries, m.events, m.entriesHint)}
        </fieldset>
        <fieldset>
          <legend>{m.ledger}</legend>
          <p className="form-hint">{m.ledgerDetail}</p>
        </fieldset>
      </div>
      <Categories categories={text.categories} known={[...classes.keys()]} ages={ages} admin={admin} faults={faults} told={told} onChange={(categories) => edit({ ...text, categories })} />
      {admin && (
        <div className="retention-save">
          <button type="submit" className="button primary" disabled={!dirty || change.isPending}>
            {change.isPending ? m.saving : m.save}
          </button>
          {dirty && (
            <button type="button" className="button" onClick={() => { edit(textOf(held)); setTried(false); onDiscard(); }}>
              {m.discard}
            </button>
          )}
          <p role="status">{dirty ? m.unsaved : held.revision > 0 && m.saved}</p>
        </div>
      )}
      {refused && (
        <p className="field-error" role="alert">
          {m.failed} {refused.code === "changed_meanwhile" ? m.changedMeanwhile : refused.message}
        </p>
      )}
    </form>
  );
}

interface CategoriesProps {
  categories: readonly CategoryText[];
  known: readonly string[];
  ages: (category: string) => boolean;
  admin: boolean;
  faults: Faults;
  told: (field: string) => string | undefined;
  onChange: (categories: readonly CategoryText[]) => void;
}

/** What is kept otherwise than its class. */
function Categories({ categories, known, ages, admin, told, onChange }: CategoriesProps) {
  const id = useId();
  const free = known.filter((name) => categories.every((category) => category.name !== name));
  const change = (name: string, next: Partial<CategoryText>) => onChange(categories.map((category) => (category.name === name ? { ...category, ...next } : category)));
  return (
    <fieldset className="retention-categories">
      <legend>{m.categories}</legend>
      <p className="form-hint">{categories.length === 0 ? m.categoriesNone : m.categoriesDetail}</p>
      {categories.map(({ name, anonymise, remove }) => (
        <div key={name} className="retention-category" data-category={name}>
          <span className="category-mark">
            <CategoryIcon category={name} />
          </span>
          <strong>{categoryName(name)}</strong>
          {ages(name) && <NumberInput label={m.anonymise} name={m.of(m.anonymise, categoryName(name))} unit={m.days} value={anonymise} disabled={!admin} fault={told(`categories.${name}.anonymise_after_days`)} onChange={(value) => change(name, { anonymise: value })} />}
          <NumberInput label={m.remove} name={m.of(m.remove, categoryName(name))} unit={m.days} value={remove} disabled={!admin} fault={told(`categories.${name}.delete_after_days`) ?? told(`categories.${name}`)} onChange={(value) => change(name, { remove: value })} />
          {admin && (
            <button type="button" className="icon-button" aria-label={m.removeCategory(categoryName(name))} title={m.removeCategory(categoryName(name))} onClick={() => onChange(categories.filter((category) => category.name !== name))}>
              <Icon name="close" size={15} />
            </button>
          )}
        </div>
      ))}
      {admin && free.length > 0 && (
        <p className="form-field">
          <label htmlFor={`${id}add`} className="visually-hidden">
            {m.addCategory}
          </label>
          <select id={`${id}add`} value="" onChange={(event) => onChange([...categories, { name: event.target.value, anonymise: "", remove: "" }])}>
            <option value="" disabled>
              {m.addCategory}
            </option>
            {free.map((name) => (
              <option key={name} value={name}>
                {categoryName(name)}
              </option>
            ))}
          </select>
        </p>
      )}
    </fieldset>
  );
}

function faultText(fault: Fault | undefined): string | undefined {
  switch (fault?.kind) {
    case "range":
      return m.range(fault.least, fault.most);
    case "entries":
      return m.rangeOfEntries(FEWEST_ENTRIES);
    case "order":
      return m.order;
    case "nothing":
      return m.nothing;
    case undefined:
      return undefined;
  }
}

/** Whether names leave the events of a class before they are deleted. */
const AGES: Record<Class, boolean> = { ledger: false, audit: false, activity: true, error: true };

/** The class of each category. */
function useClasses(): ReadonlyMap<string, Class> {
  const { data } = useCatalog();
  return new Map(data?.categories.map(({ name, class: kept }) => [name, kept]));
}
