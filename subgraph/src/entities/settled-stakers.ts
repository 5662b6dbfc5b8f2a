import { Entity, store } from "@graphprotocol/graph-ts";
import { Tournament, TournamentStaker } from "../../generated/schema";
import { AmountField, Row } from "../fields";
import { startChanges, WindowChange, Windows } from "../windows";
import { weiToNano } from "../words";
import { StakeMove } from "./settled-positions";

/** What a settlement does to all positions of a staker together, nano-NMR. */
class Share {
  changes: WindowChange[] = startChanges();
  active: i64 = 0;
  pending: i64 = 0;
  rewarded: i64 = 0;
  burned: i64 = 0;
}

/** Stakers of a tournament as settlements read and write them: each once, and only what changes. */
export class SettledStakers {
  private shares: Map<string, Share> = new Map<string, Share>();
  private active: AmountField = new AmountField("active");
  private pending: AmountField = new AmountField("pending");
  private rewarded: AmountField = new AmountField("rewarded");
  private burned: AmountField = new AmountField("burned");
  private windows: Windows = new Windows();

  /** Adds what the settlement does to a position of the staker. */
  add(id: string, changes: WindowChange[], payout: i64, move: StakeMove): void {
    if (!this.shares.has(id)) this.shares.set(id, new Share());
    const share = this.shares.get(id);
    for (let i = 0; i < changes.length; i++) share.changes[i].join(changes[i]);
    share.active += move.active;
    share.pending += move.pending;
    if (payout > 0) share.rewarded += payout;
    else share.burned -= payout;
  }

  /** Saves them all. The caller saves the tournament. */
  save(tournament: Tournament): void {
    const ids = this.shares.keys();
    for (let i = 0; i < ids.length; i++) {
      const staker = TournamentStaker.load(ids[i]);
      if (staker != null) this.settle(tournament, ids[i], staker, this.shares.get(ids[i]));
    }
  }

  private settle(tournament: Tournament, id: string, staker: Entity, share: Share): void {
    const row = new Row(id);
    const had = weiToNano(this.active.of(staker)) + weiToNano(this.pending.of(staker));
    const has = had + share.active + share.pending;
    if (had == 0 && has != 0) tournament.activeStakerCount += 1;
    if (had != 0 && has == 0) tournament.activeStakerCount -= 1;
    this.windows.move(staker, share.changes, row);
    this.active.add(staker, share.active, row);
    this.pending.add(staker, share.pending, row);
    this.rewarded.add(staker, share.rewarded, row);
    this.burned.add(staker, share.burned, row);
    store.set("TournamentStaker", id, row);
  }
}
