import { useEffect } from "react";
import { Link, useParams } from "wouter";
import { useQueryClient } from "@tanstack/react-query";
import { copy } from "../copy/en.ts";
import { isWaitingForUser } from "../flows/flow.ts";
import { currentStep } from "../flows/reduce.ts";
import type { Flow } from "../flows/schema.ts";
import { ChangeTable } from "../ui/change.tsx";
import { ReasonNotice } from "../ui/reason.tsx";
import { Notice } from "../ui/states.tsx";
import { StepList } from "../ui/step-list.tsx";
import { carryOn, useFlowList, useFlows } from "../wallet/flows.tsx";
import { useIndexHead } from "../data/heads.ts";

const text = copy.flow;

/** A transaction as a place: it can be left, reloaded, and come back to. */
export default function FlowPage() {
  const { id = "" } = useParams();
  const flow = useFlowList().find((each) => each.id === id);
  return (
    <>
      <header className="head">
        <p className="eyebrow">{text.eyebrow}</p>
        <h1>{flow === undefined ? text.unknown : copy.flows.title[flow.request.kind]}</h1>
      </header>
      {flow !== undefined && <View flow={flow} />}
    </>
  );
}

function View({ flow }: { flow: Flow }) {
  const flows = useFlows();
  const step = currentStep(flow);
  const waits = isWaitingForUser(flow);
  return (
    <div className="act">
      {flow.change !== null && <ChangeTable change={flow.change} />}
      <StepList request={flow.request} steps={flow.steps} />
      {step.state.name === "failed" && flow.state.name === "running" && <ReasonNotice reason={step.state.reason} />}
      <div role="status">
        <Progress flow={flow} />
      </div>
      {flow.state.name === "running" && (
        <div className="tools-row">
          {waits && (
            <button type="button" className="button primary" onClick={() => void carryOn(flows, flow.id)}>
              {step.state.name === "failed" ? copy.shell.tryAgain : copy.flows.step[step.kind].name}
            </button>
          )}
          {waits && (
            <button type="button" className="button" onClick={() => flows.abandon(flow.id)}>
              {text.abandon}
            </button>
          )}
        </div>
      )}
      {flow.state.name !== "running" && (
        <Link className="button" href="/mine">
          {copy.mine.title}
        </Link>
      )}
    </div>
  );
}

/** What is awaited now; at the end, that the index has it. What was read before is read again. */
function Progress({ flow }: { flow: Flow }) {
  const queries = useQueryClient();
  const indexed = useIndexHead().data?.number;
  const { state } = flow;
  useEffect(() => {
    if (state.name === "done") void queries.invalidateQueries();
  }, [state.name, queries]);
  if (state.name === "abandoned") return <Notice title={copy.flows.end.abandoned} />;
  if (state.name === "done") {
    return <Notice kind="good" title={copy.flows.end[state.index](state.block.toLocaleString("en"))} />;
  }
  const isMined = flow.steps.every((each) => each.state.name === "confirmed");
  return isMined ? <p>{text.indexing(indexed)}</p> : null;
}
