import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Whole tournaments and child processes, on machines that may be busy with something else.
    testTimeout: 120_000,
    hookTimeout: 240_000,
  },
});
