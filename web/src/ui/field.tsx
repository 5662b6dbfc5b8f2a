/** A field of a form, with its label, a hint, and what is wrong with what it holds. */
export function Field({
  id,
  label,
  hint,
  fault = null,
  value,
  onChange,
  numeric = false,
  mono = false,
}: {
  id: string;
  label: string;
  hint?: string;
  fault?: string | null;
  value: string;
  onChange: (text: string) => void;
  numeric?: boolean;
  mono?: boolean;
}) {
  const described = [hint === undefined ? "" : `${id}-hint`, fault === null ? "" : `${id}-fault`].filter(Boolean);
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        className={mono ? "input mono" : "input"}
        autoComplete="off"
        spellCheck={false}
        inputMode={numeric ? "numeric" : undefined}
        aria-invalid={fault !== null}
        aria-describedby={described.length === 0 ? undefined : described.join(" ")}
        value={value}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
      {hint !== undefined && (
        <span id={`${id}-hint`} className="hint">
          {hint}
        </span>
      )}
      {fault !== null && (
        <p id={`${id}-fault`} className="fault" role="alert">
          {fault}
        </p>
      )}
    </div>
  );
}
