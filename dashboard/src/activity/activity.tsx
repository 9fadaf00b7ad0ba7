import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { toApiError } from "../api/error";
import type { AnnalsEvent } from "../api/types";
import { messages } from "../messages";
import { Icon } from "../ui/icon";
import { Notice } from "../ui/notice";
import { Popover } from "../ui/popover";
import { useTitle } from "../ui/use-title";
import { useSession } from "../session/session";
import { may, viewerOf } from "../session/viewer";
import { Link } from "../url/link";
import { go, usePlace } from "../url/history";
import { chipsOf, letIn, onlyOwn } from "./chips";
import { Detail } from "./detail";
import { EventList, type ListHandle } from "./event-list";
import { ExportMenu } from "./export-menu";
import { FamilySwitch } from "./family-switch";
import { FilterBar } from "./filter-bar";
import { FilterChips } from "./filter-chips";
import { periodText } from "./filter-words";
import { KeyHints } from "./key-hints";
import { ListFoot } from "./list-foot";
import { LivePill, LiveSwitch } from "./live-switch";
import { printRoute } from "./print-route";
import { rowsOf } from "./rows";
import { SearchBox } from "./search-box";
import { Sentences } from "./sentences";
import { activityRoute, byMetadata, EVERYTHING, filterOf, isFiltered, parseState, type ActivityState } from "./state";
import { ListSkeleton, NoResult, NothingYet, Refused } from "./states";
import { toggled, withTerm } from "./terms";
import { useCounts, useEvents } from "./use-events";
import { useFirstRun } from "./use-first-run";
import { useKeyboard } from "./use-keyboard";
import { useLive } from "./use-live";
import { useNow } from "./use-now";
import "./activity.css";
import "./filter.css";
import "./list.css";
import "./detail.css";

const m = messages.activity;

/** The audit log. All that is chosen here stands in the URL; this component only reads and writes it. */
export function Activity() {
  const { search } = usePlace();
  const state = useMemo(() => parseState(search), [search]);
  const session = useSession();
  const viewer = viewerOf(session.data);
  const own = viewer !== "staff" && session.data ? session.data : undefined;
  const now = useNow();
  const filter = useMemo(() => filterOf(state, now), [state, now]);
  // Live puts what is recorded on top, so the list then goes by that; else by when things happened.
  const by = state.live ? "recorded" : "occurred";
  const events = useEvents(filter, by);
  const counts = useCounts(state, "category");
  const rows = useMemo(() => rowsOf(events.data?.pages ?? [], by), [events.data, by]);
  const [activeId, setActiveId] = useState<string | null>(state.open);
  const list = useRef<ListHandle>(null);
  const [away, setAway] = useState(false);
  const live = useLive(state.live, filter, events, rows, away);
  const searchInput = useRef<HTMLInputElement>(null);
  const addFilter = useRef<HTMLButtonElement>(null);
  const title = viewer === "staff" ? m.title : viewer === "guardian" ? messages.own.titleGuardian : messages.own.titlePerson;
  useTitle(title);

  const change = useCallback(
    (next: Partial<ActivityState>, replace = false) => go(activityRoute({ ...state, ...next }), { replace }),
    [state],
  );
  const refine = (next: Partial<ActivityState>) => change({ ...next, open: null });
  // A word being typed is one step in the history, not one step per letter.
  const setWords = useCallback((q: string) => change({ q, open: null }, state.q !== "" && q !== ""), [change, state.q]);
  const clear = () => change({ ...EVERYTHING, live: state.live });
  const routeTo = useCallback((id: string) => activityRoute({ ...state, open: id }), [state]);

  const routeBy = useCallback((event: AnnalsEvent, key: string, value: string) => activityRoute(byMetadata(state, event, key, value, now)), [state, now]);

  // Another filter is another list: begin at its top.
  const filterKey = JSON.stringify(filter);
  useEffect(() => list.current?.top(), [filterKey]);

  const indexOf = (id: string | null) => (id === null ? -1 : rows.findIndex((row) => row.event.id === id));
  const openIndex = indexOf(state.open);
  const move = (step: 1 | -1) => {
    const from = state.open === null ? indexOf(activeId) : openIndex;
    const index = from === -1 ? 0 : from + step;
    const row = rows[index];
    if (!row) return;
    setActiveId(row.event.id);
    list.current?.show(index, state.open === null);
    // With the panel open one leafs through the events; each is not a step of its own in the history.
    if (state.open !== null) change({ open: row.event.id }, true);
  };
  const close = () => {
    if (state.open === null) return;
    change({ open: null });
    list.current?.show(openIndex === -1 ? indexOf(activeId) : openIndex, true);
  };
  useKeyboard({
    search: () => searchInput.current?.focus(),
    filter: () => addFilter.current?.click(),
    move,
    open: () => activeId !== null && indexOf(activeId) !== -1 && change({ open: activeId }),
    close,
  });

  const { hasNextPage, isFetching, isFetchNextPageError, fetchNextPage } = events;
  const loadMore = useCallback(() => {
    // A failed page is asked for again by hand only, else a broken server would be asked for ever.
    if (hasNextPage && !isFetching && !isFetchNextPageError) void fetchNextPage();
  }, [hasNextPage, isFetching, isFetchNextPageError, fetchNextPage]);

  const loaded = events.data !== undefined;
  const filtered = isFiltered(state);
  const empty = loaded && rows.length === 0 && !events.isPlaceholderData;
  const shown = counts.data && letIn(counts.data, state.terms.category);
  // A new server has recorded its own start and this very sign-in; that is not what one came to see.
  const bare = loaded && !filtered && counts.data !== undefined && !counts.isPlaceholderData && onlyOwn(counts.data);
  const unconnected = bare && own === undefined;
  const start = useFirstRun({ unconnected, active: !filtered, onArrived: events.refresh });

  return (
    <Sentences plain={own !== undefined}>
      <div className="activity" data-open={state.open !== null}>
        <div className="activity-list">
          <header className="activity-head">
            <h1>{title}</h1>
            <p className="activity-total" aria-live="polite">
              {counts.data && shown !== undefined && !empty && totalText(state, counts.data.total, shown)}
              {state.live && <span className="activity-order"> {m.live.order}</span>}
            </p>
            <LiveSwitch state={live.state} on={state.live} onToggle={() => change({ live: !state.live }, true)} />
            <SearchBox value={state.q} onChange={setWords} input={searchInput} />
            <div className="activity-actions">
              {may(session.data, "read_log") && (
                <Link className="icon-button" to="settings?section=log" aria-label={messages.settings.fromActivity} title={messages.settings.fromActivity}>
                  <Icon name="terminal" />
                </Link>
              )}
              <Popover title={messages.filter.exportTitle} className="icon-button" name={messages.filter.export} align="end" label={<Icon name="download" />}>
                {() => <ExportMenu filter={filter} by={by} count={shown} plain={own !== undefined} printTo={printRoute(state)} />}
              </Popover>
              <button type="button" className="icon-button" aria-label={m.refresh} title={m.refresh} onClick={() => { events.refresh(); list.current?.top(); }}>
                <Icon name="refresh" />
              </button>
            </div>
          </header>
          <FilterBar state={state} rows={rows} onChange={refine} onClear={clear} addButton={addFilter} own={own}>
            {own && viewer === "guardian" && <FamilySwitch session={own} state={state} onChange={refine} />}
          </FilterBar>
          <FilterChips
            loading={counts.isPending}
            chips={chipsOf(counts.data, state.terms.category)}
            onToggle={(name) => refine({ terms: withTerm(state.terms, "category", toggled(state.terms.category, name)) })}
            onClear={() => refine({ terms: withTerm(state.terms, "category", null) })}
          />
          {live.why && <Notice title={m.live.endedTitle}>{live.why.message}</Notice>}
          {!loaded && events.error && <Refused error={toApiError(events.error)} onRetry={() => void events.refetch()} onClear={clear} onLastDays={() => refine({ period: "30d" })} />}
          {!loaded && !events.error && <ListSkeleton />}
          {empty && filtered && <NoResult onClear={clear} />}
          {empty && !filtered && (own ? <NothingYet guardian={viewer === "guardian"} /> : <div className="list">{start}</div>)}
          <LivePill waiting={live.waiting} onShow={() => { live.show(); list.current?.top(); }} />
          {rows.length > 0 && (
            <EventList
              rows={rows}
              openId={state.open}
              activeId={activeId}
              routeTo={routeTo}
              onActive={setActiveId}
              onNearEnd={loadMore}
              busy={events.isPlaceholderData}
              onAway={(gone) => {
                setAway(gone);
                if (!gone) live.show();
              }}
              handle={list}
              foot={start ?? (bare && own ? <NothingYet guardian={viewer === "guardian"} /> : <ListFoot events={events} count={rows.length} />)}
            />
          )}
          {rows.length > 0 && <KeyHints plain={own !== undefined} />}
        </div>
        {state.open !== null && (
          <Detail
            id={state.open}
            known={rows[openIndex]?.event}
            routeBy={routeBy}
            onClose={close}
            onNewer={openIndex > 0 ? () => move(-1) : undefined}
            onOlder={openIndex !== -1 && openIndex < rows.length - 1 ? () => move(1) : undefined}
          />
        )}
      </div>
    </Sentences>
  );
}

function totalText({ terms, period }: ActivityState, total: number, shown: number): string {
  return terms.category ? m.some(shown, total, periodText(period)) : m.total(shown, periodText(period));
}
