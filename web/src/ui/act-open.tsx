import { modelId } from "@numeraire-staking/oracle/core/models";
import { useState } from "react";
import { type Address, isHex, zeroAddress } from "viem";
import type { StakesNow } from "../chain/positions.ts";
import { copy } from "../copy/en.ts";
import { MINED_WITHIN } from "../core/prospect.ts";
import { worstCaseOfSigning } from "../core/worst-case.ts";
import { useBalance } from "../data/balance.ts";
import { useTournament } from "../data/stakes.ts";
import type { Request } from "../flows/schema.ts";
import { AmountField, amountOf } from "./amount-field.tsx";
import { Field } from "./field.tsx";
import { Risk } from "./risk.tsx";
import { Signing } from "./signing.tsx";

const text = copy.act;

/** A first stake on a model. */
export function OpenForm({ account, stakes }: { account: Address; stakes: StakesNow }) {
  const [tournament, setTournament] = useState("1");
  const [model, setModel] = useState("");
  const [amount, setAmount] = useState("");
  const [grant, setGrant] = useState({ deadline: "", signature: "" });
  const balance = useBalance(account);
  const found = useTournament(Number(tournament));
  const wei = amountOf(amount);
  const name = model.trim();
  const id = name === "" ? null : isHex(name) && name.length === 66 ? name : modelId(name);
  const registered = found.data !== undefined && found.data.tournament.registrar !== zeroAddress;
  const own = stakes.positions.find((each) => each.model === id && each.tournament.number === Number(tournament));
  const request =
    own === undefined ? requestOf(found.data?.tournament.number, id, wei, registered ? grant : null) : null;
  return (
    <div className="act">
      <Field
        id="tournament"
        label={copy.checkPage.fields.tournament}
        value={tournament}
        onChange={setTournament}
        numeric
      />
      <Field id="model" label={text.model} hint={text.modelHint} value={model} onChange={setModel} />
      {own !== undefined && <p className="fault">{text.exists}</p>}
      {registered && (
        <>
          <p className="quiet">{text.grantLead}</p>
          <Field
            id="deadline"
            label={text.grantDeadline}
            value={grant.deadline}
            onChange={(deadline) => setGrant({ ...grant, deadline })}
            numeric
          />
          <Field
            id="grant"
            label={text.grant}
            value={grant.signature}
            onChange={(signature) => setGrant({ ...grant, signature })}
          />
        </>
      )}
      <AmountField
        id="amount"
        label={text.amount}
        value={amount}
        onChange={setAmount}
        mostName={text.balance}
        {...(balance.data === undefined ? {} : { most: balance.data })}
      />
      {found.data !== undefined && wei !== null && <OpenRisk at={found.data} amount={wei} />}
      <Signing account={account} request={request} />
    </div>
  );
}

function OpenRisk({ at, amount }: { at: NonNullable<ReturnType<typeof useTournament>["data"]>; amount: bigint }) {
  const { tournament, batch, rounds, now } = at;
  const standing = {
    active: 0n,
    pending: 0n,
    batch,
    rounds,
    limits: tournament.limits,
    now,
    minedBy: now + MINED_WITHIN,
  };
  return <Risk worst={worstCaseOfSigning(standing, { kind: "add", amount })} standing={standing} />;
}

type Grant = { readonly deadline: string; readonly signature: string };

function requestOf(
  tournament: number | undefined,
  model: `0x${string}` | null,
  amount: bigint | null,
  grant: Grant | null,
): Request | null {
  if (tournament === undefined || model === null || amount === null) return null;
  const base = { kind: "openPosition", tournament, model, amount } as const;
  if (grant === null) return { ...base, deadline: 0n, grant: "0x" };
  if (!/^\d{1,12}$/.test(grant.deadline) || !isHex(grant.signature)) return null;
  return { ...base, deadline: BigInt(grant.deadline), grant: grant.signature };
}
