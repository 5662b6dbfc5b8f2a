import { store, Value } from "@graphprotocol/graph-ts";
import { Batch, Round } from "../../generated/schema";
import { Row } from "../fields";
import { laneOf, LANES_PER_WORD, nanoToWei, POSITIONS_PER_BATCH, times } from "../words";

/** Writes a row for each stake of a batch's words, and counts and adds them up in the batch; the caller saves it. */
export function bookStakes(round: Round, batch: Batch): void {
  const words = batch.stakes;
  const exposure = round.exposure.toU32();
  const roundValue = Value.fromString(round.id);
  const batchValue = Value.fromString(batch.id);
  let sum: i64 = 0;
  let count = 0;
  for (let lane = 0; lane < words.length * LANES_PER_WORD; lane++) {
    const stake = laneOf(words, lane) as i64;
    if (stake == 0) continue;
    const number = (batch.number * POSITIONS_PER_BATCH + lane).toString();
    const id = round.id + "-" + number;
    const row = new Row(id);
    row.put("round", roundValue);
    row.put("batch", batchValue);
    row.put("position", Value.fromString(round.tournament + "-" + number));
    row.putAmount("stakeWei", "stakeNmr", nanoToWei(stake));
    row.putAmount("atRiskWei", "atRiskNmr", times(stake, exposure));
    store.set("RoundStake", id, row);
    sum += stake; // all stakes there are fit one lane
    count += 1;
  }
  batch.stakeCount = count;
  batch.stakedWei = nanoToWei(sum);
}
