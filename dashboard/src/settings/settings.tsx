import { useEffect, useRef, type ReactNode } from "react";
import type { SessionInfo } from "../api/types";
import { messages } from "../messages";
import { useSession } from "../session/session";
import { may } from "../session/viewer";
import { Icon, type IconName } from "../ui/icon";
import { StatePanel } from "../ui/state-panel";
import { useTitle } from "../ui/use-title";
import { usePlace } from "../url/history";
import { Link } from "../url/link";
import { Appearance } from "./appearance";
import { CatalogSection } from "./catalog";
import { HealthSection } from "./health";
import { KeysSection } from "./keys";
import { LogSection } from "./log";
import { RecordingSection } from "./recording";
import { RetentionSection } from "./retention";
import { parseSettings, sectionsFor, settingsRoute, type Section, type SettingsState } from "./sections";
import "../ui/form.css";
import "./settings.css";

const m = messages.settings;
const ICONS: Record<Section, IconName> = { keys: "key", recording: "record", retention: "clock", catalog: "book", health: "heart", log: "terminal", appearance: "globe" };

export default function Settings() {
  const { search } = usePlace();
  const { data: session } = useSession();
  const state = parseSettings(search);
  const tabs = useRef<HTMLElement>(null);
  useTitle(m.title);
  const known = session !== undefined && session !== null;
  // On a phone the tabs scroll; the one that is open is to be seen.
  useEffect(() => {
    tabs.current?.querySelector("[aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });
  }, [state.section, known]);
  if (!session) return <p className="settings-loading" role="status">{m.loading}</p>;
  const sections = sectionsFor(session);
  const section = state.section ?? sections[0] ?? "appearance";
  return (
    <div className="settings">
      <header>
        <h1>{m.title}</h1>
        <nav aria-label={m.title} ref={tabs}>
          {sections.map((name) => (
            <Link key={name} to={settingsRoute(name)} aria-current={name === section ? "page" : undefined}>
              <Icon name={ICONS[name]} size={16} />
              {m.sections[name]}
            </Link>
          ))}
        </nav>
      </header>
      <section className="settings-body" aria-labelledby="settings-section">
        <h2 id="settings-section">{m.sections[section]}</h2>
        {sections.includes(section) ? panel(section, state, session) : <StatePanel icon="lock" title={m.noAccess} detail={m.noAccessDetail} alert />}
      </section>
    </div>
  );
}

function panel(section: Section, state: SettingsState, session: SessionInfo): ReactNode {
  switch (section) {
    case "keys":
      return <KeysSection admin={may(session, "manage_keys")} />;
    case "recording":
      return <RecordingSection admin={may(session, "change_settings")} />;
    case "retention":
      return <RetentionSection admin={may(session, "change_settings")} mayRun={may(session, "run_retention")} />;
    case "catalog":
      return <CatalogSection q={state.q} />;
    case "health":
      return <HealthSection log={may(session, "read_log")} />;
    case "log":
      return <LogSection q={state.q} level={state.level} />;
    case "appearance":
      return <Appearance />;
  }
}
