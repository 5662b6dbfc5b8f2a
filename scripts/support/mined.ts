import type { ContractTransactionReceipt, ContractTransactionResponse } from "ethers";
import { present } from "./present.ts";

/** The receipt of what is sent, once it is mined: some clients answer before. */
export async function mined(sending: Promise<ContractTransactionResponse>): Promise<ContractTransactionReceipt> {
  return present(await (await sending).wait(), "receipt");
}
