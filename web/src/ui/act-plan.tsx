import { modelId, uuidFromModelId } from "@numeraire-staking/oracle/core/models";
import { POSITIONS_PER_BATCH } from "@numeraire-staking/oracle/core/words";
import { useMemo, useState } from "react";
import { type Address, type Hex, isHex } from "viem";
import type { StakesNow } from "../chain/positions.ts";
import { copy } from "../copy/en.ts";
import { faultsOfShares, type Held, type PlannedAct, planOf, planRisk, type Share, targetsOf } from "../core/plan.ts";
import { MINED_WITHIN, prospectOf } from "../core/prospect.ts";
import { useTournament } from "../data/stakes.ts";
import type { Request } from "../flows/schema.ts";
import { Amount } from "./amount.tsx";
import { AmountField, amountOf } from "./amount-field.tsx";
import { Field } from "./field.tsx";
import { Facts } from "./figures.tsx";
import { Signing } from "./signing.tsx";

const text = copy.plan;

type Line = { readonly key: number; readonly model: string; readonly share: string };
type Found = NonNullable<ReturnType<typeof useTournament>["data"]>;

/** A stake over several models by weights: one transaction brings all of them in place. */
export function PlanForm({ account, stakes }: { account: Address; stakes: StakesNow }) {
  const [tournament, setTournament] = useState("1");
  const [total, setTotal] = useState("");
  const [lines, setLines] = useState<readonly Line[]>(() => linesOf(stakes, 1));
  const found = useTournament(Number(tournament));
  const wei = amountOf(total);
  const planned = useMemo(
    () => (found.data === undefined ? null : planIn(found.data, stakes, lines, wei)),
    [found.data, stakes, lines, wei],
  );
  const change = (key: number, part: Partial<Line>): void =>
    setLines(lines.map((line) => (line.key === key ? { ...line, ...part } : line)));
  return (
    <div className="act">
      <p className="quiet">{text.lead}</p>
      <Field
        id="tournament"
        label={copy.checkPage.fields.tournament}
        value={tournament}
        onChange={setTournament}
        numeric
      />
      <AmountField id="total" label={text.total} value={total} onChange={setTotal} />
      <ul className="plan">
        {lines.map(({ key, model, share }) => (
          <li key={key} className="plan-line">
            <Field
              id={`model-${key}`}
              label={copy.act.model}
              value={model}
              onChange={(value) => change(key, { model: value })}
            />
            <Field
              id={`share-${key}`}
              label={text.share}
              value={share}
              onChange={(value) => change(key, { share: value })}
              numeric
            />
            <button type="button" className="button" onClick={() => setLines(lines.filter((line) => line.key !== key))}>
              {text.remove}
            </button>
          </li>
        ))}
      </ul>
      <button
        type="button"
        className="button"
        onClick={() => setLines([...lines, { key: Date.now(), model: "", share: "" }])}
      >
        {text.more}
      </button>
      {planned !== null &&
        planned.faults.map((fault) => (
          <p key={fault} className="fault" role="alert">
            {fault}
          </p>
        ))}
      {planned !== null && planned.acts.length > 0 && <PlanRisk acts={planned.acts} held={planned.held} />}
      <Signing account={account} request={planned === null ? null : requestOf(Number(tournament), planned.acts)} />
    </div>
  );
}

function PlanRisk({ acts, held }: { acts: readonly PlannedAct[]; held: readonly Held[] }) {
  const { before, signing } = planRisk(acts, held);
  return (
    <section className="card risk" aria-label={copy.act.risk}>
      <h2>{copy.act.risk}</h2>
      <Facts
        rows={[
          [`${copy.risk.known}, ${copy.change.before.toLowerCase()}`, <Amount key="before" wei={before.known} />],
          [`${copy.risk.known}, ${copy.change.after.toLowerCase()}`, <Amount key="after" wei={signing.known} />],
          [`${copy.risk.ever}, ${copy.change.after.toLowerCase()}`, <Amount key="ever" wei={signing.ever} />],
        ]}
      />
    </section>
  );
}

/** What there is already, as the plan's first lines. */
function linesOf({ positions }: StakesNow, tournament: number): Line[] {
  const own = positions.filter((each) => each.tournament.number === tournament && each.active > 0n);
  const lines = own.map(({ model, position }) => ({
    key: position,
    model: uuidFromModelId(model) ?? model,
    share: "",
  }));
  return lines.length > 0 ? lines : [{ key: -1, model: "", share: "" }];
}

const idOf = (model: string): Hex => (isHex(model) && model.length === 66 ? model : modelId(model));

/** A percentage of at most two places, 1e-4; null where it is none. */
function shareOf(typed: string): bigint | null {
  const [, whole, places = ""] = /^(\d{1,3})(?:\.(\d{1,2}))?$/.exec(typed.trim()) ?? [];
  return whole === undefined ? null : BigInt(whole + places.padEnd(2, "0"));
}

function planIn(at: Found, stakes: StakesNow, lines: readonly Line[], total: bigint | null) {
  const shares = lines.flatMap(({ model, share }): Share[] => {
    const read = shareOf(share);
    return model.trim() === "" || read === null ? [] : [{ model: idOf(model.trim()), share: read }];
  });
  const held = heldFor(at, stakes, shares);
  if (total === null || shares.length === 0) return { acts: [], faults: [], held };
  const faults = faultsOfShares(shares);
  if (faults.length > 0) return { acts: [], faults, held };
  return { ...planOf(targetsOf(total, shares), held, at.tournament.minStake), held };
}

/** What each model of the plan has now; a model without a position would get the next one. */
function heldFor({ tournament, rounds, batch, now }: Found, stakes: StakesNow, shares: readonly Share[]): Held[] {
  return shares.map(({ model }, place): Held => {
    const own = stakes.positions.find((each) => each.tournament.number === tournament.number && each.model === model);
    if (own !== undefined) return { model, position: own.position, standing: prospectOf(own, stakes.now).standing };
    const next = Math.floor((tournament.positions + place) / POSITIONS_PER_BATCH);
    const standing = { active: 0n, pending: 0n, batch: Math.max(batch, next), rounds, limits: tournament.limits, now };
    return { model, position: null, standing: { ...standing, minedBy: now + MINED_WITHIN } };
  });
}

function requestOf(tournament: number, acts: readonly PlannedAct[]): Request | null {
  if (acts.length === 0) return null;
  return {
    kind: "stakePlan",
    acts: acts.map((act) => {
      if (act.kind === "open")
        return { kind: "openPosition", tournament, model: act.model, amount: act.amount, deadline: 0n, grant: "0x" };
      const kind = act.kind === "increase" ? "increaseStake" : "requestWithdrawal";
      return { kind, tournament, position: act.position, amount: act.amount };
    }),
  };
}
