// `npm run subgraph:check`: any deployed subgraph against its chain, for people and for a clock.
import { parseArgs } from "node:util";
import { printTable } from "../../scripts/support/terminal.ts";
import { type Checked, checkIndex, type CheckOptions } from "./check.ts";
import { CannotTell } from "./trouble.ts";

const USAGE = `usage: npm run subgraph:check -- --graphql URL --rpc URL --address 0x…
  --graphql URL     the subgraph's GraphQL
  --rpc URL         JSON-RPC of a node of its chain that has the state of the block
  --address 0x…     the staking contract
  --block N         the block to compare at (the newest that both have)
  --from-block N    first block to look for events in: the contract's deployment, or earlier (0)
  --limit N         how many differences to show; all are counted (20)
  --json            one line of JSON
Exit code: 0 equal, 1 different, 2 bad use, 3 can't tell now.`;

const EQUAL = 0;
const DIFFERENT = 1;
const BAD_USE = 2;
const UNKNOWN = 3;

class UsageError extends Error {}

function readArguments(): CheckOptions & { json: boolean } {
  try {
    const { values } = parseArgs({
      options: {
        graphql: { type: "string" },
        rpc: { type: "string" },
        address: { type: "string" },
        block: { type: "string" },
        "from-block": { type: "string", default: "0" },
        limit: { type: "string", default: "20" },
        json: { type: "boolean", default: false },
      },
    });
    const { graphql, rpc, address, block, json } = values;
    if (!/^0x[0-9a-f]{40}$/i.test(address ?? "")) throw new Error(`--address ${address ?? ""}: 0x and 40 hex digits`);
    return {
      ...{ graphqlUrl: url("graphql", graphql), rpcUrl: url("rpc", rpc), address: address ?? "", json },
      ...(block !== undefined && { block: whole("block", block) }),
      ...{ fromBlock: whole("from-block", values["from-block"]), limit: whole("limit", values.limit) },
    };
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  }
}

function url(option: string, text = ""): string {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) throw new Error(`--${option} ${text}: an http or https URL`);
  return text;
}

function whole(option: string, text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new Error(`--${option} ${text}: a whole number`);
  return Number(text);
}

function show({ block, rows, fields, views, different, differences }: Checked): void {
  const count = (value: number): string => value.toLocaleString("en");
  const compared = `${count(rows)} rows, ${count(fields)} fields and ${count(views)} values of views at block ${block}`;
  if (different === 0) {
    console.log(`equal: ${compared}`);
    return;
  }
  printTable(
    ["entity", "id", "field", "subgraph", "chain"],
    differences.map(({ entity, id, field, subgraph, chain }) => [entity, id, field, cut(subgraph), cut(chain)]),
  );
  const rest = different - differences.length;
  console.log(`different: ${count(different)} of ${compared}${rest > 0 ? `; ${count(rest)} not shown` : ""}`);
}

/** Words of a batch are too long for a line. */
function cut(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

const json = process.argv.includes("--json");
const say = (verdict: string, told: object): void => console.log(JSON.stringify({ verdict, ...told }));

try {
  const checked = await checkIndex(readArguments());
  process.exitCode = checked.different === 0 ? EQUAL : DIFFERENT;
  const { block, rows, fields, views, different, differences } = checked;
  const told = { block: Number(block), rows, fields, views, different, differences };
  if (json) say(different === 0 ? "equal" : "different", told);
  else show(checked);
} catch (error) {
  if (error instanceof UsageError) {
    console.error(error.message);
    process.exitCode = BAD_USE;
  } else {
    const reason = error instanceof CannotTell ? error.message : String(error instanceof Error ? error.stack : error);
    if (json) say("can't tell", { reason });
    else console.error(`can't tell: ${reason}`);
    process.exitCode = UNKNOWN;
  }
}
