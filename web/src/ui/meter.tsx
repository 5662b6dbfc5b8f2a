/** A part of a whole as a bar, with its words. */
export function Meter({ label, part, whole }: { label: string; part: bigint; whole: bigint }) {
  const percent = whole === 0n ? 0 : Number((part * 1_000n) / whole) / 10;
  return (
    <div className="meter-row">
      <meter min={0} max={100} value={percent} aria-label={label} />
      <span className="quiet small">
        {label}: <span className="number">{percent.toFixed(1)} %</span>
      </span>
    </div>
  );
}
