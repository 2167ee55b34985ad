import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { conditions: ["source", "node"] },
  ssr: { resolve: { conditions: ["source", "node"] } },
  test: {
    include: ["*/src/**/*.test.ts", "testnet/journeys/**/*.test.ts", "scripts/*.test.mjs"],
    globalSetup: ["./testnet/src/postgres-for-tests.ts"],
    testTimeout: 90_000,
    hookTimeout: 60_000,
    // What is looked for in a page that others work beside is seen later, too.
    expect: { poll: { timeout: 20_000, interval: 50 } },
    maxWorkers: 2,
    reporters: ["default", "./scripts/closing-line.mjs"],
  },
});
