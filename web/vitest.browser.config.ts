import { defineConfig } from "vitest/config";

// One chain, one index and one browser for all files, which take turns on them. Nothing is tried twice.
export default defineConfig({
  test: {
    include: ["test/browser/**/*.test.ts"],
    globalSetup: "test/browser/support/global.ts",
    fileParallelism: false,
    isolate: false,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    retry: 0,
    // What is polled for is always there soon; a loaded machine may take its time.
    expect: { poll: { timeout: 15_000 } },
  },
});
