import { expect, it } from "vitest";
import { eachStore } from "../store/each-store.ts";
import { filledOf } from "./trial-kept.ts";
import { letter, letterId, openAccount, putIn } from "./trial-mail.ts";

eachStore("an account", (open) => {
  it("takes nothing that is larger than the room it has left, and nothing of it then", async () => {
    const store = await open();
    const small = letter();
    const bob = await openAccount(store, "bob", small.bytes.length * 2);
    await putIn(store, bob, small);
    expect(await putIn(store, bob, letter({ id: letterId(2), subject: "Hello!" }))).toBeUndefined();
    expect(await filledOf(store, bob)).toEqual({ usedBytes: small.bytes.length, state: 1 });
    expect(await putIn(store, bob, letter({ id: letterId(2) }))).toBe("2");
    expect(await filledOf(store, bob)).toEqual({ usedBytes: small.bytes.length * 2, state: 2 });
  });
});
