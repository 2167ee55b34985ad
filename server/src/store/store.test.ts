import { expect, it } from "vitest";
import { eachStore } from "./each-store.ts";
import { findFact, settleFact } from "./fact-store.ts";

eachStore("a store", (open) => {
  it("shows a reader only what is committed", async () => {
    const store = await open();
    await store.write(async (tx) => {
      await settleFact(tx, "colour", "red");
      expect(await findFact(store.read, "colour")).toBeUndefined();
      expect(await findFact(tx, "colour")).toBe("red");
    });
    expect(await findFact(store.read, "colour")).toBe("red");
  });

  it("starts empty in each test", async () => {
    const store = await open();
    expect(await findFact(store.read, "colour")).toBeUndefined();
    expect(await findFact((await open()).read, "colour")).toBeUndefined();
  });
});
