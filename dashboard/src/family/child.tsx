import { useState } from "react";
import { Sentences } from "../activity/sentences";
import { LiveSwitch } from "../activity/live-switch";
import type { ChildState, SessionInfo } from "../api/types";
import { messages } from "../messages";
import { viewerOf } from "../session/viewer";
import { Icon } from "../ui/icon";
import { Notice } from "../ui/notice";
import { Popover } from "../ui/popover";
import { useTitle } from "../ui/use-title";
import { AdjustDialog } from "./adjust";
import { Badges } from "./badges";
import { Balance } from "./balance";
import { Chooser, Initial } from "./chooser";
import { CourseChart } from "./course";
import { Unshown } from "./family";
import { OutcomeNotice } from "./outcome";
import { Pending } from "./pending";
import { Rewards } from "./rewards";
import { Siblings } from "./siblings";
import { RankPanel } from "./rank";
import { rightsOver, WEEKS, type FamilyState } from "./state";
import { TaskButtons } from "./tasks";
import { Today } from "./today";
import { useCommands } from "./use-commands";
import { useChild, useFamilyLive, usePerson, useRank, useWeeks } from "./use-family";
import { WeeksChart } from "./weeks";

const m = messages.family;

interface Props {
  child: string;
  state: FamilyState;
  session: SessionInfo;
  onChange: (next: Partial<FamilyState>, replace?: boolean) => void;
}

/** One child. */
export function Child({ child, state, session, onChange }: Props) {
  const query = useChild(child);
  const person = usePerson(child);
  const rank = useRank(child);
  const others = rank.data?.children.map((one) => one.id) ?? [];
  const live = useFamilyLive(state.live && query.data !== undefined, [...new Set([child, ...others])]);
  const own = session.person_id === child;
  const name = query.data?.name ?? person.data?.name ?? child;
  useTitle(own ? m.titleOwn : m.titleOf(name));
  return (
    <div className="family-screen">
      <header className="family-head">
        <h1>
          <Initial name={name} />
          {own ? m.titleOwn : name}
        </h1>
        <Switcher child={child} session={session} onChoose={(chosen) => onChange({ child: chosen })} />
        <LiveSwitch state={live.state} on={state.live} onToggle={() => onChange({ live: !state.live }, true)} />
      </header>
      {live.why && <Notice title={messages.activity.live.endedTitle}>{live.why.message}</Notice>}
      {query.data && (
        <Sentences plain={viewerOf(session) !== "staff"}>
          <Body data={query.data} state={state} session={session} archived={person.data?.archived_at != null} onChange={onChange} />
        </Sentences>
      )}
      {!query.data && query.error && <Unshown error={query.error} retry={() => void query.refetch()} />}
      {!query.data && !query.error && <Skeleton />}
    </div>
  );
}

/** To another child: a guardian's own are few and stand there, the others are searched. */
function Switcher({ child, session, onChoose }: { child: string; session: SessionInfo; onChoose: (child: string) => void }) {
  if (session.role === "child") return null;
  if (viewerOf(session) !== "staff") return <Siblings child={child} session={session} onChoose={onChoose} />;
  return (
    <Popover
      title={m.choose}
      align="end"
      label={
        <>
          <Icon name="family" size={15} />
          {m.another}
        </>
      }
    >
      {(close) => (
        <Chooser
          compact
          onChoose={(chosen) => {
            close();
            onChoose(chosen);
          }}
        />
      )}
    </Popover>
  );
}

interface BodyProps extends Omit<Props, "child"> {
  data: ChildState;
  archived: boolean;
}

function Body({ data, state, session, archived, onChange }: BodyProps) {
  const commands = useCommands(data.id);
  const weeks = useWeeks(data.id, state.weeks);
  const [adjusting, setAdjusting] = useState(false);
  const granted = rightsOver(data.id, session);
  const rights = archived ? { give: false, ask: false } : granted;
  const own = session.person_id === data.id;
  const called = own ? null : (data.name ?? data.id);
  const plain = viewerOf(session) !== "staff";
  // First what the viewer can do something with.
  const tasks = <TaskButtons commands={rights.give ? commands : undefined} plain={plain} />;
  const rewards = <Rewards data={data} rights={rights} own={own} plain={plain} commands={commands} />;
  return (
    <>
      {archived && <p className="family-note">{m.archived}</p>}
      {!archived && !granted.give && viewerOf(session) === "staff" && <p className="family-note">{m.looksOnly}</p>}
      <OutcomeNotice commands={commands} name={called} />
      <div className="family-grid">
        <div className="family-column">
          <Balance data={data} onCorrect={rights.give ? () => setAdjusting(true) : undefined} />
          <Pending data={data} rights={rights} own={own} commands={commands} />
          {own ? rewards : tasks}
        </div>
        <div className="family-column">
          <Today child={data.id} weeks={weeks} plain={plain} commands={rights.give ? commands : undefined} />
          <RankPanel child={data.id} own={own} />
        </div>
      </div>
      {own ? tasks : rewards}
      <Badges child={data.id} />
      <div className="family-charts">
        <nav className="period-choice" aria-label={m.period}>
          {WEEKS.map((count) => (
            <button key={count} type="button" className="button small" aria-pressed={count === state.weeks} onClick={() => onChange({ weeks: count })}>
              {m.lastWeeks(count)}
            </button>
          ))}
        </nav>
        <CourseChart child={data.id} weeks={weeks} />
        <WeeksChart weeks={weeks} child={data.id} />
      </div>
      {adjusting && <AdjustDialog commands={commands} name={called} onClose={() => setAdjusting(false)} />}
    </>
  );
}

/** In the shape of what is coming. */
function Skeleton() {
  return (
    <div className="family-grid" role="status">
      <span className="visually-hidden">{m.loading}</span>
      <div className="family-column" aria-hidden="true">
        <div className="panel skeletons" />
        <div className="panel skeletons" />
      </div>
      <div className="family-column" aria-hidden="true">
        <div className="panel skeletons" />
      </div>
    </div>
  );
}
