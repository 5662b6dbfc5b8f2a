import { useState } from "react";
import { type Address, isAddress } from "viem";
import type { PositionNow } from "../chain/positions.ts";
import { copy } from "../copy/en.ts";
import { canExit, type Exit, exitCalls } from "../core/exit.ts";
import { prospectOf } from "../core/prospect.ts";
import { type Act, worstCaseOfSigning } from "../core/worst-case.ts";
import { useBalance } from "../data/balance.ts";
import type { Request } from "../flows/schema.ts";
import { Amount } from "./amount.tsx";
import { AmountField, amountOf } from "./amount-field.tsx";
import { Field } from "./field.tsx";
import { Facts } from "./figures.tsx";
import { ModelLink } from "./model.tsx";
import { Risk } from "./risk.tsx";
import { Signing } from "./signing.tsx";

const text = copy.act;

type Asked = { readonly request: Request; readonly act: Act } | null;

/** Adding to a position, asking for a withdrawal, taking it back, taking it out. */
export function PositionForm({
  kind,
  account,
  held,
  now,
}: {
  kind: string;
  account: Address;
  held: PositionNow;
  now: number;
}) {
  const [amount, setAmount] = useState("");
  const [to, setTo] = useState<string>(account);
  const balance = useBalance(account);
  const { standing, exit } = prospectOf(held, now);
  const holding = exit !== null && canExit(exit, now) ? roundsEnded(exit) : [];
  const asked = askedFor(kind, held, amountOf(amount), to, holding);
  return (
    <div className="act">
      <Facts
        rows={[
          [
            copy.round.columns.model,
            <ModelLink key="model" tournament={String(held.tournament.number)} model={held.model} />,
          ],
          [copy.mine.staked, <Amount key="active" wei={held.active} />],
          [copy.mine.pending, <Amount key="pending" wei={held.pending} />],
        ]}
      />
      {kind === "add" && (
        <AmountField
          id="amount"
          label={text.amount}
          value={amount}
          onChange={setAmount}
          mostName={text.balance}
          {...mostOf(balance.data)}
        />
      )}
      {kind === "leave" && (
        <AmountField
          id="amount"
          label={text.amount}
          value={amount}
          onChange={setAmount}
          mostName={text.active}
          most={held.active}
        />
      )}
      {kind === "take" && holding.length > 0 && <p>{text.exitLead(holding.join(", "))}</p>}
      {kind === "take" && (
        <Field
          id="to"
          label={text.to}
          value={to}
          onChange={setTo}
          mono
          fault={isAddress(to, { strict: false }) ? null : copy.mine.notAnAddress}
        />
      )}
      {asked !== null && <Risk worst={worstCaseOfSigning(standing, asked.act)} standing={standing} />}
      <Signing account={account} request={asked?.request ?? null} />
    </div>
  );
}

const mostOf = (balance: bigint | undefined) => (balance === undefined ? {} : { most: balance });

function askedFor(
  kind: string,
  { tournament: { number }, position, active }: PositionNow,
  amount: bigint | null,
  to: string,
  rounds: bigint[],
): Asked {
  const at = { tournament: number, position };
  switch (kind) {
    case "add":
      return amount === null
        ? null
        : { request: { kind: "increaseStake", ...at, amount }, act: { kind: "add", amount } };
    case "leave":
      if (amount === null || amount > active) return null;
      return { request: { kind: "requestWithdrawal", ...at, amount }, act: { kind: "request", amount } };
    case "cancel":
      return { request: { kind: "cancelWithdrawal", ...at }, act: { kind: "cancel" } };
    case "take":
      if (!isAddress(to, { strict: false })) return null;
      return {
        request: rounds.length > 0 ? { kind: "exit", ...at, to, rounds } : { kind: "withdraw", ...at, to },
        act: { kind: "withdraw" },
      };
    default:
      return null;
  }
}

/** The rounds that have to be ended before the withdrawal. */
const roundsEnded = (exit: Exit): bigint[] =>
  exitCalls(exit).flatMap((each) => (each.call === "voidRound" ? [each.round] : []));
