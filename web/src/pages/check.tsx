import { useState } from "react";
import { useLocation, useParams } from "wouter";
import { useApp } from "../app-context.ts";
import { copy } from "../copy/en.ts";
import { PayoutCheck } from "../ui/payout-check.tsx";
import { RoundCheck } from "../ui/round-check.tsx";

const text = copy.checkPage;
const NUMBER = /^\d{1,18}$/;

/** What is checked is in the address: tournament, round and, for one payout, position. */
export default function CheckPage() {
  const { witness } = useApp();
  const { tournament = "", round = "", position = "" } = useParams();
  const isRound = NUMBER.test(tournament) && NUMBER.test(round);
  const one = isRound && NUMBER.test(position);
  return (
    <>
      <header className="head">
        <p className="eyebrow">{text.eyebrow}</p>
        <h1>{one ? text.payout(round, position) : isRound ? text.round(round) : text.title}</h1>
        <p className="lead">{text.lead}</p>
        <p className="quiet small">{witness === null ? text.believed.one : text.believed.both}</p>
      </header>
      <Chooser key={`${tournament} ${round} ${position}`} chosen={{ tournament, round, position }} />
      {one && (
        <PayoutCheck key={position} tournament={Number(tournament)} round={BigInt(round)} position={Number(position)} />
      )}
      {isRound && !one && <RoundCheck tournament={Number(tournament)} round={BigInt(round)} />}
    </>
  );
}

type Chosen = Readonly<Record<"tournament" | "round" | "position", string>>;
const FIELDS = ["tournament", "round", "position"] as const;

function Chooser({ chosen }: { chosen: Chosen }) {
  const [values, setValues] = useState(chosen);
  const [, navigate] = useLocation();
  const go = (event: { preventDefault(): void }): void => {
    event.preventDefault();
    const { tournament, round, position } = values;
    navigate(`/check/${tournament}/${round}${position === "" ? "" : `/${position}`}`);
  };
  return (
    <form className="chooser" onSubmit={go}>
      {FIELDS.map((name) => (
        <div className="field" key={name}>
          <label htmlFor={`check-${name}`}>{text.fields[name]}</label>
          <input
            id={`check-${name}`}
            className="input"
            inputMode="numeric"
            pattern="\d{1,18}"
            required={name !== "position"}
            placeholder={name === "position" ? text.whole : undefined}
            value={values[name]}
            onInput={(event) => setValues({ ...values, [name]: event.currentTarget.value })}
          />
        </div>
      ))}
      <button type="submit" className="button">
        {text.go}
      </button>
    </form>
  );
}
