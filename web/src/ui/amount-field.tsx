import { copy } from "../copy/en.ts";
import { exactNmr, parseNmr } from "../core/amounts.ts";

/** A field for an amount of NMR, with what is wrong with what was typed; `most` fills it with one click. */
export function AmountField({
  id,
  label,
  value,
  onChange,
  most,
  mostName,
}: {
  id: string;
  label: string;
  value: string;
  onChange: (text: string) => void;
  most?: bigint;
  mostName?: string;
}) {
  const typed = value.trim() === "" ? null : parseNmr(value);
  const fault = typed !== null && "fault" in typed ? typed.fault : null;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        className="input amount"
        inputMode="decimal"
        autoComplete="off"
        placeholder="0"
        aria-invalid={fault !== null}
        aria-describedby={fault === null ? undefined : `${id}-fault`}
        value={value}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
      {fault !== null && (
        <p id={`${id}-fault`} className="fault" role="alert">
          {fault}
        </p>
      )}
      {most !== undefined && (
        <button type="button" className="button plain most" onClick={() => onChange(plainNmr(most))}>
          {copy.act.most(mostName ?? "", exactNmr(most))}
        </button>
      )}
    </div>
  );
}

/** What was typed, wei; null where it is nothing, or not an amount. */
export function amountOf(text: string): bigint | null {
  const typed = parseNmr(text);
  return "wei" in typed && typed.wei > 0n ? typed.wei : null;
}

/** Exact, as it is typed: without thousands and unit. */
const plainNmr = (wei: bigint): string => exactNmr(wei).replaceAll(",", "").replace(" NMR", "");
