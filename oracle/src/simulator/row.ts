import { gatesOf, isAtRisk } from "../feeds/gates.ts";
import type { RawModel } from "../feeds/schema.ts";
import type { SimulatedModel } from "./source.ts";

/** A model as the feed's reader takes it, without scores. */
export function rowOf({ id, modelName, stake, settled, gates }: SimulatedModel): RawModel {
  return { id, modelName, selectedStakeValue: stake, payoutSettled: settled, ...gates };
}

/** Whether a stake on the model counts in its round. */
export function counts(model: SimulatedModel): boolean {
  return isAtRisk(gatesOf(rowOf(model), model.id, false));
}
