import { copy } from "../copy/en.ts";
import type { Step } from "../flows/schema.ts";
import { Transaction } from "./transaction.tsx";

const text = copy.steps;

/** The steps of a flow, with where each stands. */
export function StepList({ steps }: { steps: readonly Step[] }) {
  return (
    <ol className="steps">
      {steps.map(({ kind, state }, at) => {
        const hash =
          "hash" in state ? state.hash : state.name === "confirmed" ? (state.transaction?.hash ?? null) : null;
        return (
          <li key={`${at} ${kind}`} className={state.name}>
            <span className="step-number" aria-hidden="true">
              {state.name === "confirmed" ? "✓" : state.name === "failed" ? "✗" : at + 1}
            </span>
            <span>
              <strong>{text.kinds[kind].name}</strong>
              <span className="quiet small">{text.kinds[kind].asks}</span>
            </span>
            <span className="quiet small">
              {state.name === "waiting" ? "" : text.states[state.name]} {hash !== null && <Transaction hash={hash} />}
            </span>
          </li>
        );
      })}
    </ol>
  );
}
