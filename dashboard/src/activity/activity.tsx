import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { toApiError } from "../api/error";
import { messages } from "../messages";
import { Icon } from "../ui/icon";
import { Notice } from "../ui/notice";
import { useTitle } from "../ui/use-title";
import { go, usePlace } from "../url/history";
import { chipsOf, chosenTotal, onlyOwn, toggle } from "./chips";
import { Detail } from "./detail";
import { EventList, type ListHandle } from "./event-list";
import { FilterChips } from "./filter-chips";
import { KeyHints } from "./key-hints";
import { ListFoot } from "./list-foot";
import { LivePill, LiveSwitch } from "./live-switch";
import { rowsOf } from "./rows";
import { SearchBox } from "./search-box";
import { activityRoute, parseState, type ActivityState } from "./state";
import { ListSkeleton, NoResult, NothingYet, Refused } from "./states";
import { useEvents, useFirstEvent, useStats } from "./use-events";
import { useKeyboard } from "./use-keyboard";
import { useLive } from "./use-live";
import "./activity.css";
import "./list.css";
import "./detail.css";

const m = messages.activity;

/** The audit log. All that is chosen here stands in the URL; this component only reads and writes it. */
export function Activity() {
  const { search } = usePlace();
  const state = useMemo(() => parseState(search), [search]);
  const events = useEvents(state);
  const stats = useStats(state.q);
  const rows = useMemo(() => rowsOf(events.data?.pages ?? []), [events.data]);
  const [activeId, setActiveId] = useState<string | null>(state.open);
  const list = useRef<ListHandle>(null);
  const [away, setAway] = useState(false);
  const live = useLive(state, events, rows, away);
  const searchInput = useRef<HTMLInputElement>(null);
  useTitle(m.title);

  const change = useCallback(
    (next: Partial<ActivityState>, replace = false) => go(activityRoute({ ...state, ...next }), { replace }),
    [state],
  );
  // A word being typed is one step in the history, not one step per letter.
  const setWords = useCallback((q: string) => change({ q, open: null }, state.q !== "" && q !== ""), [change, state.q]);
  const clear = () => change({ categories: [], q: "", open: null });
  const routeTo = useCallback((id: string) => activityRoute({ ...state, open: id }), [state]);

  // Another filter is another list: begin at its top.
  const filterKey = `${state.categories.join()} ${state.q}`;
  useEffect(() => list.current?.top(), [filterKey]);

  const indexOf = (id: string | null) => rows.findIndex((row) => row.event.id === id);
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
  const filtered = state.categories.length > 0 || state.q !== "";
  const empty = loaded && rows.length === 0 && !events.isPlaceholderData;
  // A new server has recorded its own start and this very sign-in; that is not what one came to see.
  const unconnected = loaded && !filtered && stats.data !== undefined && !stats.isPlaceholderData && onlyOwn(stats.data);
  useFirstEvent(unconnected, events.refresh);

  return (
    <div className="activity" data-open={state.open !== null}>
      <div className="activity-list">
        <header className="activity-head">
          <h1>{m.title}</h1>
          <p className="activity-total" aria-live="polite">
            {stats.data && !empty && totalText(state, stats.data.total, chosenTotal(stats.data, state.categories))}
          </p>
          <LiveSwitch state={live.state} on={state.live} onToggle={() => change({ live: !state.live }, true)} />
          <SearchBox value={state.q} onChange={setWords} input={searchInput} />
          <button type="button" className="icon-button" aria-label={m.refresh} title={m.refresh} onClick={() => { events.refresh(); list.current?.top(); }}>
            <Icon name="refresh" />
          </button>
        </header>
        <FilterChips
          loading={stats.isPending}
          chips={chipsOf(stats.data, state.categories)}
          onToggle={(name) => change({ categories: toggle(state.categories, name), open: null })}
          onClear={() => change({ categories: [], open: null })}
        />
        {live.why && <Notice title={m.live.endedTitle}>{live.why.message}</Notice>}
        {!loaded && events.error && <Refused error={toApiError(events.error)} onRetry={() => void events.refetch()} onClear={clear} />}
        {!loaded && !events.error && <ListSkeleton />}
        {empty && filtered && <NoResult onClear={clear} />}
        {empty && !filtered && <NothingYet />}
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
            foot={unconnected ? <NothingYet beside /> : <ListFoot events={events} count={rows.length} />}
          />
        )}
        {rows.length > 0 && <KeyHints />}
      </div>
      {state.open !== null && (
        <Detail
          id={state.open}
          known={rows[openIndex]?.event}
          onClose={close}
          onNewer={openIndex > 0 ? () => move(-1) : undefined}
          onOlder={openIndex !== -1 && openIndex < rows.length - 1 ? () => move(1) : undefined}
        />
      )}
    </div>
  );
}

function totalText(state: ActivityState, total: number, chosen: number): string {
  return state.categories.length === 0 ? m.total(total) : m.some(chosen, total);
}
