// `gnd test` is graph-node with a chain made of JSON: real mappings, real store, real GraphQL.
import { spawn } from "node:child_process";
import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { AbiEvent, AbiParameter } from "viem";
import { compile, readAbi } from "../../engine/build.ts";
import { graphNodeBinary } from "../../engine/engine.ts";
import type { Case, Log } from "./events.ts";

const ADDRESS = `0x${"0".repeat(40)}`; // of the manifest as it is committed
// `gnd test` can't encode tuples. Events with tuples are written flat, under another name, and a second data source makes
// the real event of them and hands it to the real handler.
const FLAT = "Flat";

type Parameter = AbiParameter & { indexed?: boolean | undefined };

const eventsOf = async (): Promise<Map<string, AbiEvent>> =>
  new Map((await readAbi()).flatMap((item) => (item.type === "event" ? [[item.name, item]] : [])));

const fieldsOf = (input: Parameter): readonly Parameter[] => ("components" in input ? input.components : [input]);
const isFlat = ({ inputs }: AbiEvent): boolean => inputs.every((input) => !input.type.startsWith("tuple"));
const flattened = (event: AbiEvent): AbiEvent =>
  isFlat(event)
    ? event
    : { ...event, name: FLAT + event.name, inputs: event.inputs.flatMap((input) => [...fieldsOf(input)]) };

/** Compiles the subgraph for `gnd test`, and returns the folder of the result. */
export async function compileProject(): Promise<string> {
  const manifest = await readFile(new URL("../../subgraph.yaml", import.meta.url), "utf8");
  const nested = [...(await eventsOf()).values()].filter((event) => !isFlat(event));
  const flat = nested.map(flattened);
  const handlers = flat.map(({ name, inputs }) => {
    const types = inputs.map(({ type, indexed }) => (indexed ? `indexed ${type}` : type));
    return `        - { event: "${name}(${types.join()})", handler: handle${name} }\n`;
  });
  return compile({
    "flat.json": JSON.stringify(flat),
    "src/flat.ts": nested.map(adapter).join(ADAPTER),
    "subgraph.yaml": `${manifest}
  - kind: ethereum/contract
    name: ${FLAT}
    network: mainnet
    source: { abi: ${FLAT}, address: "${ADDRESS}", startBlock: 0 }
    mapping:
      kind: ethereum/events
      apiVersion: 0.0.9
      language: wasm/assemblyscript
      file: ./src/flat.ts
      entities: [Protocol]
      abis: [{ name: ${FLAT}, file: ./flat.json }]
      eventHandlers:
${handlers.join("")}`,
  });
}

const ADAPTER = `import { ethereum } from "@graphprotocol/graph-ts";
import * as events from "../generated/NumeraireStaking/NumeraireStaking";
import * as handlers from "./mapping";

// A group of 0 is a parameter as it is, any other a tuple of that many.
function nest(event: ethereum.Event, groups: i32[]): void {
  const flat = event.parameters;
  const nested: ethereum.EventParam[] = [];
  let next = 0;
  for (let i = 0; i < groups.length; i++) {
    if (groups[i] == 0) {
      nested.push(flat[next++]);
      continue;
    }
    const tuple = new ethereum.Tuple();
    for (let j = 0; j < groups[i]; j++) tuple.push(flat[next++].value);
    nested.push(new ethereum.EventParam("", ethereum.Value.fromTuple(tuple)));
  }
  event.parameters = nested;
}
`;

function adapter({ name, inputs }: AbiEvent): string {
  const groups = inputs.map((input) => ("components" in input ? fieldsOf(input).length : 0));
  return `
export function handle${FLAT}${name}(event: ethereum.Event): void {
  nest(event, [${groups.join()}]);
  handlers.handle${name}(changetype<events.${name}>(event));
}
`;
}

function encode({ event: name, params }: Log, events: Map<string, AbiEvent>): object {
  const found = events.get(name);
  if (!found) throw new Error(`there is no event ${name}`);
  const event = flattened(found);
  const names = event.inputs.map((input) => input.name ?? "");
  const unknown = Object.keys(params).filter((key) => !names.includes(key));
  if (unknown.length > 0) throw new Error(`${name} has no ${unknown.join()}`);
  const signature = event.inputs.map(({ type, indexed, name }) =>
    [type, ...(indexed ? ["indexed"] : []), name].join(" "),
  );
  return { address: ADDRESS, event: `${event.name}(${signature.join(", ")})`, params };
}

export const titleOf = ({ of, name }: Case): string => `${of}: ${name}`;

export interface Outcome {
  exitCode: number | null;
  output: string;
}

/** Runs a test in a folder of its own: what `gnd test` takes for the same deployment, it doesn't begin anew after a failure. */
export async function gndTest(folder: string, compiled: string, test: Case, postgresUrl: string): Promise<Outcome> {
  await cp(compiled, join(folder, "build"), { recursive: true });
  await cp(join(compiled, "subgraph.yaml"), join(folder, "subgraph.yaml"));
  const events = await eventsOf();
  const blocks = test.blocks.map(({ timestamp, logs }) => ({
    timestamp,
    events: logs.map((log) => encode(log, events)),
  }));
  const file = {
    name: titleOf(test),
    blocks: [{}, ...blocks], // events of the very first block are not seen
    assertions: test.answers.map(([query, expected]) => ({ query, expected })),
  };
  const text = JSON.stringify(file, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value), 1);
  await writeFile(join(folder, "test.json"), text);

  const child = spawn(graphNodeBinary(), ["test", "--skip-build", "test.json"], {
    cwd: folder,
    env: { ...process.env, POSTGRES_URL: postgresUrl, RUST_LIB_BACKTRACE: "0", NO_COLOR: "1" },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (output += String(data)));
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  return { exitCode, output };
}
