// What a position won in the latest settlements of its range: by definition, from the words, each time anew.
import type { Position } from "./state.ts";
import { POSITIONS_PER_BATCH, ratio, WEI_PER_NANO } from "./protocol.ts";

/** How many settlements each window is long. */
const WINDOWS: Record<string, number> = { Last20: 20, Last60: 60, Last250: 250, AllTime: Infinity };

/** The fields of all windows of some positions together. */
export function windowsOf(positions: readonly Position[]): Record<string, bigint | number> {
  const fields: Record<string, bigint | number> = {};
  for (const [window, length] of Object.entries(WINDOWS)) {
    let payouts = 0;
    let net = 0n;
    let locked = 0n;
    for (const { tournament, number } of positions) {
      const settled = tournament.settled.get(Math.floor(number / POSITIONS_PER_BATCH)) ?? [];
      const lane = number % POSITIONS_PER_BATCH;
      for (let index = Math.max(0, settled.length - length); index < settled.length; index++) {
        const stake = settled[index]?.stakes[lane] ?? 0n;
        if (stake === 0n) continue;
        payouts += 1;
        net += settled[index]?.settlement?.payouts[lane] ?? 0n;
        locked += stake;
      }
    }
    fields[`payoutCount${window}`] = payouts;
    fields[`net${window}Wei`] = net * WEI_PER_NANO;
    fields[`locked${window}Wei`] = locked * WEI_PER_NANO;
    fields[`return${window}`] = ratio(net, locked);
  }
  return fields;
}
