import type { Address } from "viem";
import { useConnection } from "wagmi";
import { useParams } from "wouter";
import { copy } from "../copy/en.ts";
import { useStakes } from "../data/stakes.ts";
import { OpenForm } from "../ui/act-open.tsx";
import { PlanForm } from "../ui/act-plan.tsx";
import { PositionForm } from "../ui/act-position.tsx";
import { Answer, Notice } from "../ui/states.tsx";

const text = copy.act;

/** What a staker may do; which of it is in the address. */
export default function ActPage() {
  const { kind = "" } = useParams();
  const { address } = useConnection();
  const title = kind in text.titles ? text.titles[kind as keyof typeof text.titles] : copy.shell.notFound;
  return (
    <>
      <header className="head">
        <h1>{title}</h1>
      </header>
      {address === undefined ? <Notice title={text.connect} /> : <Form key={address} kind={kind} account={address} />}
    </>
  );
}

function Form({ kind, account }: { kind: string; account: Address }) {
  const { tournament = "", position = "" } = useParams();
  const answer = useStakes(account);
  return (
    <Answer query={answer}>
      {(stakes) => {
        if (kind === "open") return <OpenForm account={account} stakes={stakes} />;
        if (kind === "plan") return <PlanForm account={account} stakes={stakes} />;
        const held = stakes.positions.find(
          (each) => each.tournament.number === Number(tournament) && each.position === Number(position),
        );
        if (held === undefined) return <Notice kind="bad" title={text.notYours} />;
        return <PositionForm kind={kind} account={account} held={held} now={stakes.now} />;
      }}
    </Answer>
  );
}
