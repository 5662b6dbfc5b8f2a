import { copy } from "../copy/en.ts";
import { exactNmr } from "../core/amounts.ts";
import { takenBy } from "../flows/acts.ts";
import type { Request, Step } from "../flows/schema.ts";
import { Transaction } from "./transaction.tsx";

const text = copy.flows;
const MARKS = { confirmed: "✓", failed: "✗" } as const;

/** The steps of a flow, with what the wallet asks at each and where it stands. */
export function StepList({ request, steps }: { request: Request; steps: readonly Step[] }) {
  const amount = exactNmr(takenBy(request));
  return (
    <ol className="steps">
      {steps.map(({ kind, state }, at) => {
        const { name, asks } = text.step[kind];
        return (
          <li key={`${at} ${kind}`} className={state.name}>
            <span className="step-number" aria-hidden="true">
              {state.name in MARKS ? MARKS[state.name as keyof typeof MARKS] : at + 1}
            </span>
            <div>
              <strong>{name}</strong>
              <p className="quiet small">{typeof asks === "string" ? asks : asks(amount)}</p>
              <p className="small">
                <StateText state={state} />
              </p>
            </div>
          </li>
        );
      })}
    </ol>
  );
}

function StateText({ state }: { state: Step["state"] }) {
  switch (state.name) {
    case "waiting":
      return null;
    case "mined":
      return (
        <>
          {text.state.mined(state.block.toLocaleString("en"))} <Transaction hash={state.hash} />
        </>
      );
    case "sent":
      return (
        <>
          {text.state.sent} {state.hash !== null && <Transaction hash={state.hash} />}
        </>
      );
    case "confirmed":
      return (
        <>
          {text.state.confirmed} {state.transaction !== null && <Transaction hash={state.transaction.hash} />}
        </>
      );
    default:
      return <>{text.state[state.name]}</>;
  }
}
