import { useId } from "react";

interface Props {
  label: string;
  /** Where the label alone would not tell two fields apart. */
  name?: string;
  unit: string;
  hint?: string | undefined;
  value: string;
  disabled: boolean;
  fault: string | undefined;
  onChange: (value: string) => void;
}

/** `Delete after [730] days`, and below it what is wrong with it. */
export function NumberInput({ label, name, unit, hint, value, disabled, fault, onChange }: Props) {
  const id = useId();
  return (
    <div className="number-field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="text"
        inputMode="numeric"
        value={value}
        maxLength={15}
        disabled={disabled}
        aria-label={name}
        aria-invalid={fault !== undefined}
        aria-describedby={`${id}unit ${id}hint ${id}fault`}
        autoComplete="off"
        onChange={(event) => onChange(event.target.value)}
      />
      <span id={`${id}unit`} className="number-unit">
        {unit}
      </span>
      {hint !== undefined && (
        <span id={`${id}hint`} className="form-hint">
          {hint}
        </span>
      )}
      <p className="field-error" id={`${id}fault`} role={fault === undefined ? undefined : "alert"} hidden={fault === undefined}>
        {fault}
      </p>
    </div>
  );
}
