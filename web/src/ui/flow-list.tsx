import { Link } from "wouter";
import { copy } from "../copy/en.ts";
import { useFlowList } from "../wallet/flows.tsx";

/** Flows that are not over, each with its place. */
export function FlowList() {
  const running = useFlowList().filter(({ state }) => state.name === "running");
  if (running.length === 0) return null;
  return (
    <section className="notice">
      <strong>{copy.mine.flows}</strong>
      <ul>
        {running.map(({ id, request }) => (
          <li key={id}>
            <Link href={`/flow/${id}`}>{copy.flows.title[request.kind]}</Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
