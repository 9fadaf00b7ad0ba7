import { lazy, Suspense, useEffect, type ComponentType } from "react";
import { ActivityScreen } from "./activity/screen";
import { ApiError, toApiError } from "./api/error";
import { messages } from "./messages";
import { Overview } from "./overview/overview";
import SignIn from "./session/sign-in";
import { useSession } from "./session/session";
import { may } from "./session/viewer";
import { Announcement } from "./shell/announcement";
import { Shell } from "./shell/shell";
import { CategoriesProvider } from "./ui/categories-provider";
import { StatePanel } from "./ui/state-panel";
import { go, usePlace } from "./url/history";
import { signInFor } from "./url/next";
import { Link } from "./url/link";
import { isScreenRoute, type ScreenRoute } from "./url/routes";

// Loaded when opened: no viewer needs all of them, and the first screen is to come at once.
const Docs = lazy(() => import("./docs/docs"));
const Family = lazy(() => import("./family/family"));
const Settings = lazy(() => import("./settings/settings"));

/** What is shown to those who are signed in, by route. */
const SCREENS: Record<ScreenRoute, ComponentType> = { overview: Overview, activity: ActivityScreen, family: Family, settings: Settings };

export function App() {
  const { route } = usePlace();
  switch (route) {
    case "":
      return <Start />;
    case "signin":
      return <SignIn />;
    default:
      return <Screens route={route} />;
  }
}

/** Where one begins: those who may see how everybody fares with that, others with what is theirs. */
function Start() {
  const { data: session, isError } = useSession();
  useEffect(() => {
    if (session) go(may(session, "read_analytics") ? "overview" : "activity", { replace: true });
    else if (session === null) go("signin", { replace: true });
    // That screen says what is wrong.
    else if (isError) go("activity", { replace: true });
  }, [session, isError]);
  return null;
}

/** The screens inside the shell. The reference is public; everything else waits for the session. */
function Screens({ route }: { route: string }) {
  const { search } = usePlace();
  const session = useSession();
  const Screen = isScreenRoute(route) ? SCREENS[route] : undefined;
  const mustSignIn = session.data === null && Screen !== undefined;
  useEffect(() => {
    if (mustSignIn) go(signInFor(route, search), { replace: true });
  }, [mustSignIn, route, search]);

  if (mustSignIn) return null;
  return (
    <CategoriesProvider signedIn={session.data != null}>
      <Shell session={session.data}>
        <main className="main" id="content" tabIndex={-1}>
          <Announcement reads={may(session.data, "read_settings")} />
          <Suspense fallback={<p className="visually-hidden" role="status">{messages.shell.loading}</p>}>
            {Screen && (session.error && !session.data ? <Failed error={toApiError(session.error)} retry={() => void session.refetch()} /> : <Screen />)}
            {route === "docs" && <Docs />}
            {!Screen && route !== "docs" && <NotFound />}
          </Suspense>
        </main>
      </Shell>
    </CategoriesProvider>
  );
}

function Failed({ error, retry }: { error: ApiError; retry: () => void }) {
  return (
    <StatePanel icon="alert" title={error.title} detail={error.message} alert>
      <button type="button" className="button" onClick={retry}>
        {messages.states.retry}
      </button>
    </StatePanel>
  );
}

function NotFound() {
  return (
    <StatePanel icon="search" title={messages.shell.notFound} detail={messages.shell.notFoundDetail}>
      <Link className="button" to="activity">
        {messages.shell.goHome}
      </Link>
    </StatePanel>
  );
}
