// Shows what /readyz, /rounds and /status say, every five seconds. Everything that comes from there is text, never markup.

const PERIOD_MS = 5_000;
const TIMEOUT_MS = 4_000;

const byId = (id) => document.getElementById(id);

async function answer(path) {
  const response = await fetch(path, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  return response.json();
}

function element(tag, text, className) {
  const made = document.createElement(tag);
  made.textContent = text;
  if (className !== undefined) made.className = className;
  return made;
}

function fill(id, rows, nothing) {
  const body = byId(id).querySelector("tbody");
  const columns = byId(id).querySelectorAll("thead th").length;
  if (rows.length === 0) {
    const cell = element("td", nothing, "quiet");
    cell.colSpan = columns;
    rows = [[cell]];
  }
  body.replaceChildren(
    ...rows.map((cells) => {
      const row = document.createElement("tr");
      row.append(...cells.map((cell) => (typeof cell === "string" ? element("td", cell) : cell)));
      return row;
    }),
  );
}

const number = (text) => element("td", String(text), "number");
const plain = (text) => element("td", String(text), "plain");

/** May break where a word ends. */
const codes = (reasons) => reasons.map(({ code }) => code.replaceAll("_", "_\u200b")).join(", ");

function duration(seconds) {
  const [value, sign] = [Math.abs(seconds), seconds < 0 ? "late by " : ""];
  if (value < 120) return `${sign}${value} s`;
  if (value < 7_200) return `${sign}${Math.floor(value / 60)} min`;
  if (value < 172_800) return `${sign}${Math.floor(value / 3_600)} h ${Math.floor((value % 3_600) / 60)} min`;
  return `${sign}${Math.floor(value / 86_400)} d ${Math.floor((value % 86_400) / 3_600)} h`;
}

function windowLeft({ share, slackSeconds, eligibleAt, deadline }) {
  const cell = document.createElement("td");
  if (slackSeconds > deadline - eligibleAt) {
    cell.textContent = `opens in ${duration(slackSeconds - (deadline - eligibleAt))}`;
    return cell;
  }
  const meter = document.createElement("meter");
  Object.assign(meter, { min: 0, max: 1, low: 0.25, high: 0.5, optimum: 1, value: share });
  meter.setAttribute("aria-label", `${Math.round(share * 100)} % of the window is left`);
  meter.title = `${Math.round(share * 100)} %`;
  cell.append(meter);
  return cell;
}

function showReadiness({ ready, obstacles, slackSeconds }) {
  const verdict = byId("verdict");
  verdict.textContent = ready ? "✓ Ready" : `✗ Not ready: ${obstacles.map(({ code }) => code).join(", ")}`;
  verdict.dataset.ready = String(ready);
  document.title = ready ? "✓ Oracle" : "✗ Oracle";
  byId("slack").textContent =
    slackSeconds === null ? "No deadline ahead." : `${duration(slackSeconds)} to the nearest deadline.`;
  byId("obstacles").hidden = obstacles.length === 0;
  byId("obstacles")
    .querySelector("ol")
    .replaceChildren(
      ...obstacles.map(({ code, message, remedy, page }) => {
        const item = element("li", "");
        item.append(
          element("strong", code),
          ` ${message}`,
          element("div", `Do: ${remedy}`),
          element("div", page, "quiet"),
        );
        return item;
      }),
    );
}

function showRounds({ rounds = [], waiting = [] }) {
  const rows = rounds.map((round) => {
    const counts = ["unlocked", "locked", "reported", "settled"].filter((state) => round[state] > 0);
    const batches = counts.map((state) => `${round[state]} ${state}`).join(", ") || "none";
    return [plain(round.round), plain(round.state), batches, codes(round.waiting) || "nothing"];
  });
  const outside = waiting.map(({ round, code, message }) => [plain(round ?? "–"), plain("not open"), message, code]);
  fill("rounds", [...rows, ...outside], "no round is in flight");
}

function showStatus(status) {
  const { version, chainId, contract, tournament, lastTurn } = status;
  const turn = lastTurn === null ? "no turn yet" : `last turn took ${lastTurn.tookMs} ms`;
  byId("what").textContent =
    `Tournament ${tournament} of ${contract} on chain ${chainId} · version ${version} · ${turn}`;
  const steps = status.deadlines.map((due) => {
    const of = due.batches === 0 ? due.step : `${due.step}, ${due.batches} ${due.batches === 1 ? "batch" : "batches"}`;
    return [plain(due.round), of, number(duration(due.slackSeconds)), windowLeft(due)];
  });
  fill("deadlines", steps, "nothing is due");
  const operators = status.operators.map((each) => [each.reporter, number(each.signed), number(each.missing)]);
  fill("operators", operators, "no report is due");
  const peers = status.peers.map(({ host, up, fault, version, clockOffsetSeconds: offset, silent }) => {
    const clock = offset === null || Math.abs(offset) < 2 ? "" : `, clock off by ${offset.toFixed(0)} s`;
    const well = silent.length === 0 ? "✓ answers" : `✗ ${silent.length} keys are silent`;
    const runs = version === null ? "" : `, version ${version}`;
    return ["peer", host, up ? `${fault ?? well}${runs}${clock}` : `✗ ${fault ?? "no answer"}`];
  });
  const nodes = status.endpoints.map(({ endpoint, host, state }) => [
    `rpc ${endpoint}`,
    host,
    `${state === "alive" ? "✓" : "✗"} ${state.replaceAll("_", " ")}`,
  ]);
  fill("hosts", [...peers, ...nodes], "works alone");
  const accounts = status.accounts.map((each) => [
    `${each.key} ${each.address}`,
    number((Number(each.balanceWei) / 1e18).toFixed(4)),
    number(each.roundsLeft > 1e6 ? "many" : each.roundsLeft),
    number(each.foreignTransactions),
  ]);
  fill("accounts", accounts, "no key that pays for gas");
  const audits = status.audits.map(({ round, verdict, positions, findings: [first = "nothing"] }) => [
    plain(round),
    `${verdict === "clean" ? "✓" : "✗"} ${verdict}`,
    number(positions),
    first,
  ]);
  fill("audits", audits, "none since the start");
  const acts = status.acts.map(({ at, what, result, code }) => [
    plain(new Date(at).toLocaleTimeString()),
    what,
    code === null ? `✓ ${result}` : `✗ ${code}: ${result}`,
  ]);
  fill("acts", acts, "none since the start");
}

async function show() {
  try {
    const [readiness, rounds, status] = await Promise.all(["/readyz", "/rounds", "/status"].map(answer));
    showReadiness(readiness);
    showRounds(rounds);
    showStatus(status);
  } catch {
    byId("verdict").textContent = "✗ The node doesn't answer. What is below may be old.";
    byId("verdict").dataset.ready = "false";
    document.title = "✗ Oracle";
  }
  setTimeout(show, PERIOD_MS);
}

void show();
