import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Address } from "viem";
import { useLocation } from "wouter";
import { copy } from "../copy/en.ts";
import type { Avoidable, Request } from "../flows/schema.ts";
import { carryOn, useFlows } from "../wallet/flows.tsx";
import { ChangeTable } from "./change.tsx";
import { ReasonNotice } from "./reason.tsx";
import { Notice } from "./states.tsx";
import { StepList } from "./step-list.tsx";

const text = copy.act;

/** What signing would do, from a simulation of the very calldata; then the one button. */
export function Signing({ account, request }: { account: Address; request: Request | null }) {
  const flows = useFlows();
  const [, navigate] = useLocation();
  const [without, setWithout] = useState<readonly Avoidable[]>([]);
  const key =
    request === null
      ? ""
      : JSON.stringify(request, (_, value: unknown) => (typeof value === "bigint" ? value.toString() : value));
  const preview = useQuery({
    queryKey: ["preview", account, key, without],
    queryFn: () => (request === null ? null : flows.preview(request, account, without)),
    enabled: request !== null,
    refetchInterval: false,
    retry: false,
  });
  const begin = useMutation({
    mutationFn: async (wanted: Request) => {
      const id = await flows.start(wanted, account, without);
      navigate(`/flow/${id}`);
      void carryOn(flows, id);
    },
  });
  const seen = request === null ? null : preview.data;
  return (
    <section className="signing" aria-label={text.signing}>
      {seen && request !== null && (
        <>
          <h2>{text.signing}</h2>
          <ChangeTable change={seen.change} />
          <p className="quiet">{copy.flows.path[seen.path]}</p>
          <StepList request={request} steps={seen.steps} />
          {seen.reason !== null && <ReasonNotice reason={seen.reason} />}
          {(seen.path === "permit" || seen.path === "batch") && (
            <Avoid path={seen.path} onAvoid={() => setWithout([...without, seen.path as Avoidable])} />
          )}
        </>
      )}
      {preview.error !== null && request !== null && (
        <Notice kind="bad" title={text.noPreview}>
          {preview.error.message}
        </Notice>
      )}
      {begin.error !== null && (
        <Notice kind="bad" title={text.notBegun}>
          {begin.error.message}
        </Notice>
      )}
      <button
        type="button"
        className="button primary commit"
        disabled={request === null || !seen || seen.reason !== null || begin.isPending}
        onClick={() => request !== null && begin.mutate(request)}
      >
        {request === null ? text.fill : preview.isFetching && !seen ? text.simulating : text.begin}
      </button>
    </section>
  );
}

/** A wallet that can't sign such a thing is not a dead end. */
function Avoid({ path, onAvoid }: { path: Avoidable; onAvoid: () => void }) {
  return (
    <button type="button" className="button plain" onClick={onAvoid}>
      {copy.flows.instead[path]}
    </button>
  );
}
