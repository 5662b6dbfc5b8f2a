import type { ChainSeen } from "../watched-chain.ts";
import { type Catalogue, counter, histogram } from "./groups.ts";

/** What goes by between this process and the nodes. */
export function chainMetrics(catalogue: Catalogue): (seen: ChainSeen) => void {
  const askedHelp = "How long it takes until the nodes agree on an answer, or don't, seconds";
  const asked = histogram(catalogue, { name: "rpc_duration_seconds", help: askedHelp }, [0.01, 0.05, 0.2, 1, 2, 5]);
  const depthHelp = "Reorganisations, by the blocks from the highest that stands to the highest that had been seen";
  const depth = histogram(catalogue, { name: "reorg_depth", help: depthHelp }, [1, 2, 4, 8, 16, 32]);
  const landedHelp = "Blocks from the first offer of a transaction's nonce to the one that took it";
  const landed = histogram(catalogue, { name: "tx_landed_blocks", help: landedHelp }, [1, 2, 3, 6, 12, 25]);
  const feeHelp = "Paid for gas by the transactions of this process, wei";
  const fee = counter(catalogue, { name: "tx_fee_spent_wei_total", help: feeHelp, labels: [] });
  const revertedHelp = "Transactions of this process that a block took and the contract refused";
  const reverted = counter(catalogue, { name: "tx_reverted_total", help: revertedHelp, labels: [] });
  return (seen) => {
    if (seen.kind === "asked") asked.observe(seen.ms / 1_000);
    if (seen.kind === "reorganised") depth.observe(seen.depth);
    if (seen.kind !== "landed") return;
    landed.observe(seen.blocks);
    fee.inc(Number(seen.feeWei));
    if (seen.isReverted) reverted.inc();
  };
}
