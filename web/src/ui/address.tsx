import { Link } from "wouter";

/** An address, short; whole for a screen reader and where it is pointed at. */
export function StakerLink({ address }: { address: string }) {
  return (
    <Link className="mono" href={`/staker/${address}`} title={address}>
      <Short text={address} />
    </Link>
  );
}

export function Short({ text }: { text: string }) {
  return (
    <span className="mono" title={text}>
      <span aria-hidden="true">
        {text.slice(0, 6)}…{text.slice(-4)}
      </span>
      <span className="hidden">{text}</span>
    </span>
  );
}
