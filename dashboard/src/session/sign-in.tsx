import { useEffect, useId, useRef, useState, type SyntheticEvent } from "react";
import { ApiError, toApiError } from "../api/error";
import { messages } from "../messages";
import { Notice } from "../ui/notice";
import { Logo } from "../ui/logo";
import { useTitle } from "../ui/use-title";
import { go, usePlace } from "../url/history";
import { safeNext } from "../url/next";
import { applicationPage, lastViewer, signsPeopleIn } from "./application";
import { consumeArrival, takeArrivalFromAddress, wayHere, wayOf, type Way } from "./arrival";
import { useSignIn } from "./session";
import "./sign-in.css";

const m = messages.signIn;

export default function SignIn() {
  const { search } = usePlace();
  const signIn = useSignIn(() => go(safeNext(search), { replace: true }));
  const { mutate } = signIn;
  const [way, setWay] = useState<Way>(wayHere);
  const [key, setKey] = useState("");
  const [missing, setMissing] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  useTitle(m.title);

  useEffect(() => {
    const exchange = () => {
      const arrival = consumeArrival();
      if (arrival === null) return;
      setWay(wayOf(arrival));
      mutate(arrival);
    };
    // A link pasted into this very tab changes the fragment only, and loads nothing.
    const pasted = () => {
      if (takeArrivalFromAddress()) exchange();
    };
    exchange();
    // One comes here to paste; with a link there is no field.
    input.current?.focus();
    window.addEventListener("hashchange", pasted);
    return () => window.removeEventListener("hashchange", pasted);
  }, [mutate]);

  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    const trimmed = key.trim();
    setMissing(trimmed === "");
    setWay("key");
    if (trimmed === "") input.current?.focus();
    else mutate({ key: trimmed });
  };

  const error = signIn.error && toApiError(signIn.error);
  const arriving = way !== "key" && !error;
  const byApplication = way === "token" || (signsPeopleIn() && way === "key" && lastViewer() !== "operator");
  const form = (
    <form onSubmit={submit} noValidate>
      <label htmlFor={`${id}key`}>{m.keyLabel}</label>
      <input
        id={`${id}key`}
        ref={input}
        type="password"
        name="key"
        value={key}
        onChange={(event) => {
          setKey(event.target.value);
          setMissing(false);
        }}
        placeholder="ann_…"
        autoComplete="current-password"
        autoCapitalize="none"
        spellCheck={false}
        aria-invalid={missing || error?.code === "key_invalid"}
        aria-describedby={missing ? `${id}missing` : `${id}hint`}
      />
      {missing && (
        <p className="field-error" id={`${id}missing`} role="alert">
          {m.keyMissing}
        </p>
      )}
      <button type="submit" className={byApplication ? "button wide" : "button primary wide"} disabled={signIn.isPending}>
        {signIn.isPending ? m.busy : m.submit}
      </button>
    </form>
  );
  const hint = (
    <p className="sign-in-hint" id={`${id}hint`}>
      {m.keyHint} <code>{m.keyCommand}</code> {m.linkHint} <code>{m.linkCommand}</code>
    </p>
  );
  return (
    <main className="sign-in" id="content">
      <div className="sign-in-card">
        <h1 className="sign-in-brand">
          <Logo size={36} />
          {messages.product}
        </h1>
        <p className="sign-in-tagline">{m.tagline}</p>
        {arriving && (
          <p className="sign-in-busy" role="status">
            <span className="spinner" aria-hidden="true" />
            {m.linkBusy}
          </p>
        )}
        {!arriving && error && <SignInError error={error} way={way} />}
        {!arriving && byApplication && (
          <>
            <ByApplication search={search} />
            <details className="sign-in-key" onToggle={() => input.current?.focus()}>
              <summary>{m.byKey}</summary>
              {form}
              {hint}
            </details>
          </>
        )}
        {!arriving && !byApplication && (
          <>
            {error && way !== "key" && <p className="sign-in-otherwise">{m.otherwise}</p>}
            {form}
            {hint}
            {signsPeopleIn() && <ByApplication search={search} />}
          </>
        )}
      </div>
    </main>
  );
}

/** The way of people, whom the application signs in. */
function ByApplication({ search }: { search: string }) {
  const next = safeNext(search);
  const page = applicationPage(next === "" ? null : `/${next}`);
  return (
    <div className="sign-in-application">
      <p>{lastViewer() === "person" ? m.applicationAgain : m.application}</p>
      {page === null ? (
        <p>{m.applicationUnknown}</p>
      ) : (
        <a className="button primary wide" href={page}>
          {m.applicationOpen}
        </a>
      )}
    </div>
  );
}

/** The refusals have their own words, because the server cannot know what the viewer should do next. */
function SignInError({ error, way }: { error: ApiError; way: Way }) {
  if (way === "token" && error.status === 401) return <Notice title={m.tokenInvalid}>{error.message}</Notice>;
  if (error.code === "link_invalid" || (way === "link" && error.status === 401)) {
    return (
      <Notice title={m.linkInvalid}>
        {m.linkInvalidDetail} <code>{m.linkCommand}</code>
      </Notice>
    );
  }
  if (error.code === "key_invalid" || error.status === 401) {
    // Revoked or expired: the server knows more than that the key is unknown.
    return <Notice title={m.keyInvalid}>{error.code === "key_invalid" ? m.keyInvalidDetail : error.message}</Notice>;
  }
  // A key that only sends events, from a browser, has nothing to look at.
  if (error.status === 403) return <Notice title={m.keyForbidden}>{error.message}</Notice>;
  return <Notice title={error.title}>{error.message}</Notice>;
}
