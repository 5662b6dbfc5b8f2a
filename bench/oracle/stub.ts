import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { StubOptions } from "./stub-chain.ts";
import type { Asked } from "./stub-node.ts";

/** A stub node that listens, in a process of its own. */
export type Stub = {
  readonly url: string;
  /** A block more. */
  mine(): void;
  /** What it was asked since the last time. */
  asked(): Promise<Asked>;
  close(): void;
};

export async function startStub(options: StubOptions): Promise<Stub> {
  const child = fork(join(import.meta.dirname, "stub-node.ts"), [JSON.stringify(options)]);
  const [url] = (await once(child, "message")) as [string];
  return {
    url,
    mine: () => void child.send("mine"),
    async asked() {
      child.send("asked");
      const [asked] = (await once(child, "message")) as [Asked];
      return asked;
    },
    close: () => void child.kill(),
  };
}
