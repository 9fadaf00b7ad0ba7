import { useId, useState } from "react";
import { useCreateKey } from "../api/use-keys";
import { toApiError } from "../api/error";
import { messages } from "../messages";
import { useSession } from "../session/session";
import { may } from "../session/viewer";
import { CopyButton } from "../ui/copy-button";
import { Icon } from "../ui/icon";
import { href } from "../url/history";
import { Link } from "../url/link";
import { LANGUAGES, PLACEHOLDER, snippet, type Language } from "./snippets";
import "../ui/form.css";
import "./first-run.css";

const m = messages.start;

interface Props {
  /** Whether the first event has come. */
  arrived: boolean;
  onDone: () => void;
}

/** From an empty record to the first event: a key, a snippet, and a light. */
export default function FirstRun({ arrived, onDone }: Props) {
  const session = useSession();
  const [language, setLanguage] = useState<Language>("curl");
  const [origin, setOrigin] = useState("http://localhost:3000");
  const server = useCreateKey();
  const page = useCreateKey();
  const id = useId();
  const making = language === "browser" ? page : server;
  const secret = making.data?.secret;
  const url = window.location.origin + href("api/v1/events");
  const mayMake = may(session.data, "manage_keys");
  const text = snippet(language, url, secret ?? PLACEHOLDER);

  const make = () => {
    if (language === "browser") page.mutate({ role: "ingest", name: m.browserKeyName, origins: [origin.trim()] });
    else server.mutate({ role: "service", name: m.keyName });
  };
  return (
    <section className="first-run" aria-labelledby={`${id}title`}>
      <p className="light" data-on={arrived} role="status">
        <span className="light-lamp" aria-hidden="true" />
        {arrived ? m.arrived : m.waiting}
      </p>
      <h2 id={`${id}title`}>{m.title}</h2>
      <p className="first-run-detail">{arrived ? m.arrivedDetail : mayMake ? m.detail : m.detailNoKey}</p>
      {arrived ? (
        <button type="button" className="button primary" onClick={onDone}>
          {m.done}
        </button>
      ) : (
        <>
          <fieldset className="segments">
            <legend className="visually-hidden">{m.snippets}</legend>
            {LANGUAGES.map((name) => (
              <label key={name}>
                <input type="radio" name={`${id}language`} checked={language === name} onChange={() => setLanguage(name)} />
                <span>{m.languages[name]}</span>
              </label>
            ))}
          </fieldset>
          {mayMake && secret === undefined && (
            <div className="first-run-key">
              {language === "browser" && (
                <p className="form-field">
                  <label htmlFor={`${id}origin`}>{m.origin}</label>
                  <input id={`${id}origin`} type="url" value={origin} onChange={(event) => setOrigin(event.target.value)} aria-describedby={`${id}originHint`} />
                  <span className="form-hint" id={`${id}originHint`}>
                    {m.originHint}
                  </span>
                </p>
              )}
              <button type="button" className="button primary" disabled={making.isPending} onClick={make}>
                <Icon name="key" size={16} />
                {making.isPending ? m.creating : m.createKey}
              </button>
              <span className="form-hint">{m.keyHidden}</span>
            </div>
          )}
          {making.error && (
            <p className="field-error" role="alert">
              {m.createFailed} {toApiError(making.error).message}
            </p>
          )}
          {secret !== undefined && (
            <div className="secret">
              <strong>{m.key}</strong>
              <code>{secret}</code>
              <CopyButton text={secret} />
              <p className="form-hint">
                {m.keyOnce} <Link to="settings?section=keys">{m.otherKeys}</Link>
              </p>
            </div>
          )}
          <div className="snippet">
            <pre>
              <code>{text}</code>
            </pre>
            <CopyButton text={text} />
          </div>
          {language === "rust" && <p className="form-hint">{m.rustNote}</p>}
          {may(session.data, "read_settings") && (
            <p className="form-hint">
              {m.kept} <Link to="settings?section=retention">{m.keptLink}</Link>
            </p>
          )}
        </>
      )}
    </section>
  );
}
