import type { Entry } from "./groups.ts";

/** docs/metrics.md, whole, from what is registered. */
export function metricsDocument(entries: readonly Entry[]): string {
  const rows = entries.map(({ name, type, labels, help }) => [
    `\`${name}\``,
    type,
    labels.map((label) => `\`${label}\``).join(", "),
    help,
  ]);
  return `# Metrics

At \`/metrics\`, for Prometheus. Made from the code by \`npm run docs:metrics --workspace oracle\`; a test fails while they differ.
At most 500 series with 64 rounds in flight: a round's series go with the round. What the alerts make of them is in
[alerts.yml](../oracle/alerts/oracle.yml), what to do in the [runbook](runbook.md).

${[["name", "type", "labels", "meaning"], ["---", "---", "---", "---"], ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n")}
`;
}
