import type { Arguments, Document } from "@numeraire-staking/subgraph/client";
import { keepPreviousData, useQuery, type UseQueryResult } from "@tanstack/react-query";
import { useApp } from "../app-context.ts";
import { copy } from "../copy/en.ts";

/** One question to the index, asked again as blocks come. */
export function useAsk<Result, Variables>(
  document: Document<Result, Variables>,
  ...values: Arguments<Variables>
): UseQueryResult<Result> {
  const { index } = useApp();
  return useQuery<Result>({
    queryKey: ["index", document, values],
    queryFn: () => {
      if (index === null) throw new Error(copy.status.noIndexAtAll);
      return index.ask(document, ...values);
    },
    placeholderData: keepPreviousData,
  });
}
