// Writes the gas snapshot that `npm test` checks, and tells what changed in it. Run with `npm run gas:snapshot`.
import { step } from "../scripts/support/terminal.ts";
import { changes, commit, committed, measureSnapshot } from "../test/support/gas-snapshot.ts";

const measured = await step("Gas of the named paths", measureSnapshot);
const changed = changes(committed(), measured);
commit(measured);
console.log(changed.length === 0 ? "Nothing has changed." : changed.join("\n"));
