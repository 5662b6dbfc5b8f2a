import { useApp } from "../app-context.ts";
import { copy } from "../copy/en.ts";
import { useChainHead, useFollowIndex, useIndexHead } from "../data/heads.ts";

/** Behind by more blocks than this is worth a word. */
const USUAL_LAG = 2n;

/** Which block the page speaks of, and whether the index keeps up with the chain. */
export function IndexStatus() {
  const { index } = useApp();
  const chain = useChainHead();
  const indexed = useIndexHead();
  useFollowIndex();
  const number = chain.data?.number;
  if (chain.error !== null && number === undefined) return <span className="chip burn">{copy.status.noChain}</span>;
  if (number === undefined) return null;
  if (index === null) return <span className="chip">{copy.status.block(number)}</span>;
  if (indexed.error !== null) return <span className="chip pending">{copy.status.noIndex}</span>;
  if (indexed.data === undefined) return <span className="chip">{copy.status.block(number)}</span>;
  const lag = number - BigInt(indexed.data.number);
  return lag > USUAL_LAG ? (
    <span className="chip pending">{copy.status.behind(lag)}</span>
  ) : (
    <span className="chip">{copy.status.block(BigInt(indexed.data.number))}</span>
  );
}
