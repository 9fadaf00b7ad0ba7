import { useCallback, useEffect, useMemo } from "react";
import { toApiError } from "../api/error";
import type { SessionInfo } from "../api/types";
import { messages } from "../messages";
import { mayOpenFamily, viewerOf } from "../session/viewer";
import { useSession } from "../session/session";
import { StatePanel } from "../ui/state-panel";
import { useTitle } from "../ui/use-title";
import { go, usePlace } from "../url/history";
import { Link } from "../url/link";
import { Child } from "./child";
import { Chooser } from "./chooser";
import { familyRoute, firstChild, parseFamily, type FamilyState } from "./state";
import { useChildren } from "./use-family";
import "../overview/overview.css";
import "./family.css";
import "./parts.css";

const m = messages.family;

/** A child's points: what it has, earns and spends. What is chosen stands in the URL. */
export default function Family() {
  const { search } = usePlace();
  const state = useMemo(() => parseFamily(search), [search]);
  const session = useSession();
  useTitle(m.title);
  if (!session.data) return <p className="visually-hidden" role="status">{m.loading}</p>;
  return <Chosen state={state} session={session.data} />;
}

function Chosen({ state, session }: { state: FamilyState; session: SessionInfo }) {
  const change = useCallback((next: Partial<FamilyState>, replace = false) => go(familyRoute({ ...state, ...next }), { replace }), [state]);
  const guardian = viewerOf(session) === "guardian";
  const listed = useChildren(guardian && state.child === null, "");
  // Archived ones are not listed: one begins with them only where there are no others.
  const first = (guardian ? listed.data?.people.find((person) => session.children?.includes(person.id))?.id : undefined) ?? firstChild(session);
  const mustChoose = state.child === null && first !== null && !listed.isLoading;
  useEffect(() => {
    // A link from here shows others the same child.
    if (mustChoose) change({ child: first }, true);
  }, [mustChoose, first, change]);

  if (mustChoose || listed.isLoading) return null;
  if (state.child !== null) {
    return <Child key={state.child} child={state.child} state={state} session={session} onChange={change} />;
  }
  if (!mayOpenFamily(session)) return <Nobody />;
  return (
    <div className="family-screen">
      <header className="family-head">
        <h1>{m.title}</h1>
        <p>{m.chooseDetail}</p>
      </header>
      <section className="panel" aria-label={m.choose}>
        <Chooser onChoose={(child) => change({ child })} />
      </section>
    </div>
  );
}

function Nobody() {
  return (
    <div className="family-screen">
      <h1 className="visually-hidden">{m.title}</h1>
      <StatePanel icon="family" title={m.nobodyTitle} detail={m.nobodyDetail}>
        <Link className="button" to="activity">
          {messages.overview.toActivity}
        </Link>
      </StatePanel>
    </div>
  );
}

/** What stands in a child's place when it cannot be shown. */
export function Unshown({ error, retry }: { error: unknown; retry: () => void }) {
  const { status, title, message } = toApiError(error);
  if (status === 404 || status === 403) {
    return (
      <StatePanel icon="lock" title={m.unknownTitle} detail={m.unknownDetail} alert>
        <Link className="button" to="family">
          {m.choose}
        </Link>
      </StatePanel>
    );
  }
  return (
    <StatePanel icon="alert" title={title} detail={message} alert>
      <button type="button" className="button" onClick={retry}>
        {messages.states.retry}
      </button>
    </StatePanel>
  );
}
