import { useState, type ReactNode } from "react";
import type { SessionInfo } from "../api/types";
import { messages } from "../messages";
import { useSignOut } from "../session/session";
import { may, mayOpenFamily, viewerOf } from "../session/viewer";
import { Icon, type IconName } from "../ui/icon";
import { Logo } from "../ui/logo";
import { Link } from "../url/link";
import { signInFor } from "../url/next";
import { usePlace } from "../url/history";
import { useTheme, type Theme } from "./theme";
import "./shell.css";

const m = messages.shell;
const THEME_ICONS: Record<Theme, IconName> = { auto: "auto", light: "sun", dark: "moon" };

interface Props {
  /** `undefined` while it is being asked for, `null` when nobody is signed in. */
  session: SessionInfo | null | undefined;
  children: ReactNode;
}

/** What surrounds every screen: name, ways to the screens, who is signed in. */
export function Shell({ session, children }: Props) {
  const { route } = usePlace();
  const staff = viewerOf(session) === "staff";
  const [open, setOpen] = useState(false);
  const close = () => setOpen(false);
  return (
    <div className="shell">
      <a className="skip" href="#content" onClick={focusContent}>
        {m.skip}
      </a>
      <header className="side" data-open={open}>
        <Link to="" className="brand" onClick={close}>
          <Logo />
          {messages.product}
        </Link>
        <button type="button" className="icon-button menu-button" aria-expanded={open} aria-controls="menu" aria-label={m.menu} onClick={() => setOpen(!open)}>
          <Icon name={open ? "close" : "menu"} size={20} />
        </button>
        <div className="menu" id="menu">
          <nav aria-label={m.navigation}>
            {may(session, "read_analytics") && <NavLink to="overview" icon="chart" label={m.overview} current={route} onClick={close} />}
            <NavLink to="activity" icon="activity" label={m.activity} current={route} onClick={close} />
            {session && mayOpenFamily(session) && <NavLink to="family" icon="family" label={m.family} current={route} onClick={close} />}
            {/* Of the settings, those who see their own record have the looks alone. */}
            <NavLink to="settings" icon={staff ? "settings" : "globe"} label={staff ? m.settings : messages.settings.sections.appearance} current={route} onClick={close} />
            {staff && <NavLink to="docs" icon="book" label={m.docs} current={route} onClick={close} />}
          </nav>
          <div className="side-foot">
            <ThemeButton />
            <Who session={session} />
          </div>
        </div>
      </header>
      {children}
    </div>
  );
}

/** By hand, because a fragment in the address would become an entry in the history. */
function focusContent(event: { preventDefault: () => void }) {
  event.preventDefault();
  document.getElementById("content")?.focus();
}

interface NavLinkProps {
  to: string;
  icon: IconName;
  label: string;
  current: string;
  onClick: () => void;
}

function NavLink({ to, icon, label, current, onClick }: NavLinkProps) {
  return (
    <Link to={to} className="nav-link" aria-current={current === to ? "page" : undefined} onClick={onClick}>
      <Icon name={icon} />
      {label}
    </Link>
  );
}

function ThemeButton() {
  const [theme, next] = useTheme();
  return (
    <button type="button" className="nav-link" onClick={next}>
      <Icon name={THEME_ICONS[theme]} />
      {m.theme[theme]}
    </button>
  );
}

function Who({ session }: { session: SessionInfo | null | undefined }) {
  const signOut = useSignOut();
  const { route, search } = usePlace();
  if (session === undefined) return null;
  if (session === null) {
    return (
      <Link to={signInFor(route, search)} className="nav-link">
        <Icon name="leave" />
        {m.signIn}
      </Link>
    );
  }
  return (
    <section className="who" aria-label={m.signedInAs}>
      <span className="who-label" title={session.label}>
        {session.label}
      </span>
      <span className="who-role">{m.roles[viewerOf(session) === "guardian" ? "guardian" : session.role] ?? session.role}</span>
      <button type="button" className="nav-link" disabled={signOut.isPending} onClick={() => signOut.mutate()}>
        <Icon name="leave" />
        {m.signOut}
      </button>
      {signOut.isError && (
        <p className="field-error" role="alert">
          {m.signOutFailed}
        </p>
      )}
    </section>
  );
}
