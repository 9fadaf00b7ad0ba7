import { useId } from "react";
import { chooseLanguage, chosenLanguage, LANGUAGES, messages } from "../messages";
import { THEMES, useTheme } from "../shell/theme";

const m = messages.settings.appearance;

export function Appearance() {
  const [theme, , choose] = useTheme();
  const id = useId();
  return (
    <div className="appearance form">
      <p className="form-hint">{m.detail}</p>
      <p className="form-field">
        <label htmlFor={`${id}language`}>{m.language}</label>
        <select id={`${id}language`} value={chosenLanguage() ?? ""} onChange={(event) => chooseLanguage(event.target.value)}>
          <option value="">{m.automatic}</option>
          {Object.entries(LANGUAGES).map(([code, name]) => (
            <option key={code} value={code} lang={code}>
              {name}
            </option>
          ))}
        </select>
      </p>
      <fieldset className="form-field plain">
        <legend className="form-label">{m.theme}</legend>
        <div className="segments">
          {THEMES.map((name) => (
            <label key={name}>
              <input type="radio" name={`${id}theme`} checked={theme === name} onChange={() => choose(name)} />
              <span>{m.themes[name]}</span>
            </label>
          ))}
        </div>
      </fieldset>
      <p className="form-hint">{m.times(Intl.DateTimeFormat().resolvedOptions().timeZone)}</p>
    </div>
  );
}
