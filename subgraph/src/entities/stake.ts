import { Batch, Round, RoundStake } from "../../generated/schema";
import { fillNmr } from "../amounts";
import { laneOf, LANES_PER_WORD, nanoToWei, POSITIONS_PER_BATCH, times } from "../words";

/** Writes a row for each stake of a batch's words, and counts and adds them up in the batch; the caller saves it. */
export function bookStakes(round: Round, batch: Batch): void {
  const words = batch.stakes;
  const exposure = round.exposure.toU32();
  let sum: i64 = 0;
  let count = 0;
  for (let lane = 0; lane < words.length * LANES_PER_WORD; lane++) {
    const stake = laneOf(words, lane) as i64;
    if (stake == 0) continue;
    const number = (batch.number * POSITIONS_PER_BATCH + lane).toString();
    const row = new RoundStake(round.id + "-" + number);
    row.round = round.id;
    row.batch = batch.id;
    row.position = round.tournament + "-" + number;
    row.stakeWei = nanoToWei(stake);
    row.atRiskWei = times(stake, exposure);
    fillNmr(row);
    row.save();
    sum += stake; // all stakes there are fit one lane
    count += 1;
  }
  batch.stakeCount = count;
  batch.stakedWei = nanoToWei(sum);
}
