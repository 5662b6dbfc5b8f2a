import { useState } from "react";
import { type Address, isAddress } from "viem";
import { useConnection } from "wagmi";
import { Link, useLocation } from "wouter";
import { copy } from "../copy/en.ts";
import { Field } from "../ui/field.tsx";
import { FlowList } from "../ui/flow-list.tsx";
import { Holdings } from "../ui/holdings.tsx";
import { Answer } from "../ui/states.tsx";
import { useStakes } from "../data/stakes.ts";

const text = copy.mine;

export default function MinePage() {
  const { address } = useConnection();
  return (
    <>
      <header className="head">
        <h1>{text.title}</h1>
        {address === undefined && <p className="lead">{text.connectFirst}</p>}
      </header>
      {address === undefined ? <Look /> : <Mine key={address} account={address} />}
    </>
  );
}

function Mine({ account }: { account: Address }) {
  const answer = useStakes(account);
  return (
    <>
      <FlowList />
      <div className="tools-row">
        <Link className="button primary" href="/act/open">
          {text.stake}
        </Link>
        <Link className="button" href="/act/plan">
          {text.plan}
        </Link>
      </div>
      <Answer query={answer}>{(stakes) => <Holdings account={account} stakes={stakes} />}</Answer>
    </>
  );
}

/** Any address can be looked at: everything here is public. */
function Look() {
  const [typed, setTyped] = useState("");
  const [fault, setFault] = useState(false);
  const [, navigate] = useLocation();
  const go = (event: { preventDefault(): void }): void => {
    event.preventDefault();
    const address = typed.trim();
    if (isAddress(address, { strict: false })) navigate(`/staker/${address}`);
    else setFault(true);
  };
  return (
    <form className="chooser look" onSubmit={go} noValidate>
      <Field
        id="look"
        label={text.address}
        value={typed}
        onChange={(value) => {
          setTyped(value);
          setFault(false);
        }}
        mono
        fault={fault ? text.notAnAddress : null}
      />
      <button type="submit" className="button">
        {text.look}
      </button>
    </form>
  );
}
