import { useId, useState, type SyntheticEvent } from "react";
import { messages } from "../messages";
import { Icon } from "../ui/icon";
import { Link } from "../url/link";
import { deleteFilter, readSaved, saveFilter, writeSaved } from "./saved";
import { activityRoute, isFiltered, parseState, type ActivityState } from "./state";

const m = messages.filter;

/** Reading the property itself throws where storage is forbidden. */
function storage(): Storage | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

export function SavedMenu({ state, close }: { state: ActivityState; close: () => void }) {
  const [saved, setSaved] = useState(() => readSaved(storage()));
  const [name, setName] = useState("");
  const [error, setError] = useState<string | null>(null);
  const id = useId();

  const keep = (filters: typeof saved) => {
    const kept = writeSaved(storage(), filters);
    setSaved(kept ? filters : saved);
    setError(kept ? null : m.saveFailed);
    return kept;
  };
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    const trimmed = name.trim();
    if (trimmed === "") {
      setError(m.saveMissing);
      return;
    }
    const search = activityRoute({ ...state, open: null }).slice("activity".length);
    if (keep(saveFilter(saved, trimmed, search))) setName("");
  };
  return (
    <div className="form">
      {saved.length === 0 && <p className="form-hint">{m.savedNone}</p>}
      {saved.length > 0 && (
        <ul className="menu-list">
          {saved.map((filter) => (
            <li key={filter.name}>
              {/* Read and written anew: what stands in storage anyone may have written. */}
              <Link to={activityRoute(parseState(filter.search))} onClick={close}>
                {filter.name}
              </Link>
              <button type="button" className="icon-button" aria-label={m.deleteSaved(filter.name)} title={m.deleteSaved(filter.name)} onClick={() => keep(deleteFilter(saved, filter.name))}>
                <Icon name="trash" size={15} />
              </button>
            </li>
          ))}
        </ul>
      )}
      {isFiltered(state) && (
        <form className="form" onSubmit={submit} noValidate>
          <p className="form-field">
            <label htmlFor={`${id}name`}>{m.saveName}</label>
            <input id={`${id}name`} type="text" value={name} maxLength={60} onChange={(event) => setName(event.target.value)} autoComplete="off" />
          </p>
          <button type="submit" className="button wide">
            {m.save}
          </button>
        </form>
      )}
      {error !== null && (
        <p className="field-error" role="alert">
          {error}
        </p>
      )}
    </div>
  );
}
