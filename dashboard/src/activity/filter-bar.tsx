import type { ReactNode, Ref } from "react";
import type { SessionInfo } from "../api/types";
import { messages } from "../messages";
import { Icon } from "../ui/icon";
import { Popover } from "../ui/popover";
import { FilterForm } from "./filter-form";
import { fieldName, namesIn, periodText, termText, valueName } from "./filter-words";
import { PeriodForm, upper } from "./period-form";
import type { Row } from "./rows";
import { SavedMenu } from "./saved-menu";
import { oneOf } from "./family-switch";
import { isFiltered, type ActivityState } from "./state";
import { fieldsIn, withTerm } from "./terms";
import "../ui/form.css";

const m = messages.filter;

interface Props {
  state: ActivityState;
  rows: readonly Row[];
  onChange: (next: Partial<ActivityState>) => void;
  onClear: () => void;
  /** The button that adds a filter, for the key that presses it. */
  addButton: Ref<HTMLButtonElement>;
  /** Of somebody who sees their own record: they choose among people and times, not among fields. */
  own?: SessionInfo | undefined;
  children?: ReactNode;
}

/** What is filtered: each filter can be changed, and taken away. */
export function FilterBar({ state, rows, onChange, onClear, addButton, own, children }: Props) {
  const names = namesIn(rows);
  // The chips above show the chosen categories themselves; excluded ones are told here.
  const shown = fieldsIn(state.terms).flatMap((field) => {
    const term = state.terms[field];
    if (field === "subject" && own && oneOf(state.terms, own) !== null) return [];
    return term && (field !== "category" || term.not) ? [{ field, term }] : [];
  });
  return (
    <div className="filter-bar" role="group" aria-label={m.bar}>
      {children}
      <Popover
        title={m.periodTitle}
        name={`${m.periodTitle}: ${periodText(state.period)}`}
        className={state.period === null ? "button small" : "button small active"}
        label={
          <>
            <Icon name="calendar" size={15} />
            {upper(periodText(state.period))}
          </>
        }
      >
        {(close) => <PeriodForm period={state.period} onChange={(period) => { close(); onChange({ period }); }} />}
      </Popover>
      {shown.map(({ field, term }) => {
        const text = termText(field, term, names);
        const title = term.values.map((value) => valueName(field, value, names)).join(", ");
        return (
          <span key={field} className="filter-chip" data-not={term.not} title={title}>
            <Popover title={m.editTitle(fieldName(field))} className="filter-chip-words" label={text}>
              {(close) => (
                <FilterForm state={state} rows={rows} field={field} onApply={(name, next) => { close(); onChange({ terms: withTerm(state.terms, name, next) }); }} />
              )}
            </Popover>
            <button type="button" className="icon-button" aria-label={m.remove(text)} title={m.remove(text)} onClick={() => onChange({ terms: withTerm(state.terms, field, null) })}>
              <Icon name="close" size={13} />
            </button>
          </span>
        );
      })}
      {!own && <Popover title={m.addTitle} button={addButton} label={<><Icon name="plus" size={15} />{m.add}</>}>
        {(close) => <FilterForm state={state} rows={rows} onApply={(field, term) => { close(); onChange({ terms: withTerm(state.terms, field, term) }); }} />}
      </Popover>}
      {!own && <Popover title={m.savedTitle} label={<><Icon name="bookmark" size={15} />{m.saved}</>}>
        {(close) => <SavedMenu state={state} close={close} />}
      </Popover>}
      {isFiltered(state) && (
        <button type="button" className="link-button" onClick={onClear}>
          {m.clear}
        </button>
      )}
    </div>
  );
}
