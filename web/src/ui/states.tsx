import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { copy } from "../copy/en.ts";

/** Said only where it lasts: what comes at once needs no word. */
export function Waiting() {
  return (
    <div className="wait" role="status">
      {copy.shell.loading}
    </div>
  );
}

export function Notice({
  kind = "",
  title,
  children,
}: {
  kind?: "bad" | "good" | "";
  title: string;
  children?: ReactNode;
}) {
  return (
    <div className={`notice ${kind}`} role={kind === "bad" ? "alert" : "status"}>
      <strong>{title}</strong>
      {children}
    </div>
  );
}

/** Shows an answer; until it is there, that it is awaited, or why there is none. An old answer stays while a new one fails. */
export function Answer<T>({ query, children }: { query: UseQueryResult<T>; children: (data: T) => ReactNode }) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.error === null) return <Waiting />;
  return (
    <Notice kind="bad" title={copy.shell.noAnswer}>
      <p>{query.error.message}</p>
      <p>
        <button type="button" className="button" onClick={() => void query.refetch()}>
          {copy.shell.tryAgain}
        </button>
      </p>
    </Notice>
  );
}
