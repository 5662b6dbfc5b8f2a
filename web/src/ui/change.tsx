import { copy } from "../copy/en.ts";
import type { Change, Holdings } from "../flows/schema.ts";
import { Amount } from "./amount.tsx";
import { ModelName } from "./model.tsx";

const text = copy.change;
const names = copy.flows.change;

type Row = {
  readonly name: string;
  readonly key: string;
  readonly model: `0x${string}` | null;
  readonly pick: (holdings: Holdings) => bigint | undefined;
};

/** What a flow moves: before, as the chain says, and after, as the simulation says. */
export function ChangeTable({ change }: { change: Change }) {
  const rows = rowsOf(change);
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label={text.title}>
      <table className="table change">
        <caption className="hidden">{text.title}</caption>
        <thead>
          <tr>
            <th scope="col">{text.what}</th>
            <th scope="col" className="right">
              {text.inNmr(text.before)}
            </th>
            <th scope="col" className="right">
              {text.inNmr(text.after)}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, key, model, pick }) => {
            const [before, after] = [pick(change.before), change.after === null ? undefined : pick(change.after)];
            return (
              <tr key={key} className={before === after ? "same" : ""}>
                <th scope="row">
                  {name} {model !== null && <ModelName model={model} />}
                </th>
                <td className="right">{before === undefined ? "" : <Amount wei={before} />}</td>
                <td className="right">{after === undefined ? text.unknown : <Amount wei={after} />}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {change.after === null && <p className="quiet small">{names.afterUnknown}</p>}
    </div>
  );
}

function rowsOf({ before }: Change): Row[] {
  const many = before.positions.length > 1;
  const positions = before.positions.flatMap(({ model, position }, at) => {
    const of = (name: string, field: "active" | "pending" | "withdrawable"): Row => ({
      ...{ name, key: `${at} ${field}`, model: many ? model : null },
      pick: ({ positions: each }) => each[at]?.[field],
    });
    const label = many && model === null ? `${copy.round.columns.position} ${position ?? ""}: ` : "";
    return [of(`${label}${names.active}`, "active"), of(`${label}${names.pending}`, "pending")];
  });
  return [
    ...positions,
    { name: names.balance, key: "balance", model: null, pick: ({ balance }) => balance },
    { name: names.allowance, key: "allowance", model: null, pick: ({ allowance }) => allowance },
  ];
}
