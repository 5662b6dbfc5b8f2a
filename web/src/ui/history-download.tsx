import { useMutation } from "@tanstack/react-query";
import type { Address } from "viem";
import { useApp } from "../app-context.ts";
import { copy } from "../copy/en.ts";
import { historyCsv } from "../core/csv.ts";
import { historyOf } from "../data/history.ts";
import { save } from "./download.tsx";

/** The whole history as a file, to the wei, however many pages of the index it takes. */
export function HistoryDownload({ staker }: { staker: Address }) {
  const { index } = useApp();
  const making = useMutation({
    mutationFn: async () => {
      if (index === null) throw new Error(copy.status.noIndexAtAll);
      save(`history-${staker}.csv`, "text/csv", historyCsv(await historyOf(index, staker)));
    },
  });
  return (
    <>
      <button type="button" className="button" disabled={making.isPending} onClick={() => making.mutate()}>
        {making.isPending ? copy.shell.loading : copy.staker.csv}
      </button>
      {making.error !== null && (
        <span className="burn" role="alert">
          {making.error.message}
        </span>
      )}
    </>
  );
}
