import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Whole tournaments and child processes, on machines that may be busy with something else.
    testTimeout: 60_000,
    maxWorkers: 2,
    // Of the pure core, by its own tests (`npm run test:core`). Istanbul counts every branch of the source by a counter of
    // its own; V8's ranges would have to be mapped back to branches.
    coverage: {
      provider: "istanbul",
      reportsDirectory: "../coverage/oracle",
      include: ["src/core/**"],
      reporter: [["text", { skipFull: true }]],
      thresholds: { 100: true },
    },
  },
});
