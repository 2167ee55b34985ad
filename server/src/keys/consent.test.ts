/** Whom an account shows its keys (§80.13). */
import { limits } from "@posthorn/protocol";
import { expect, it } from "vitest";
import { openAccount } from "../objects/trial-mail.ts";
import { allow } from "../store/consent-store.ts";
import { eachStore } from "../store/each-store.ts";
import { patchConsent, readConsent } from "./consent.ts";

eachStore("an owner", (open) => {
  async function withBob() {
    const store = await open();
    return { store, bob: { accountId: await openAccount(store, "bob"), name: "bob" } };
  }

  it("shows the keys to everybody, until it is said otherwise", async () => {
    const { store, bob } = await withBob();
    expect(await readConsent({ store }, bob)).toEqual({ hidden: false, allowed: [] });
    const allowed = ["alice@a.test", "carol@c.test"];
    expect(await patchConsent({ store }, bob, { hidden: true, allow: allowed.toReversed() })).toEqual({
      hidden: true,
      allowed,
    });
    expect(await patchConsent({ store }, bob, {})).toEqual({ hidden: true, allowed });
    expect(await patchConsent({ store }, bob, { hidden: false })).toEqual({ hidden: false, allowed });
    expect(await readConsent({ store }, bob)).toEqual({ hidden: false, allowed });
  });

  it("names accounts: a tag is left out, who is named twice is named once, and one both allowed and forbidden is not", async () => {
    const { store, bob } = await withBob();
    const allow = ["alice@a.test", "alice+list@a.test", "alice@a.test", "carol@c.test", "dave@d.test"];
    await patchConsent({ store }, bob, { allow });
    const patch = {
      allow: ["alice@a.test", "eve@b.test"],
      forbid: ["eve@b.test", "carol+x@c.test", "nobody@c.test"],
    };
    expect((await patchConsent({ store }, bob, patch)).allowed).toEqual(["alice@a.test", "dave@d.test"]);
    const wrong = patchConsent({ store }, bob, { hidden: true, allow: ["eve@192.0.2.1"] });
    await expect(wrong).rejects.toMatchObject({ problem: { code: "badAddress" } });
    expect(await readConsent({ store }, bob)).toEqual({
      hidden: false,
      allowed: ["alice@a.test", "dave@d.test"],
    });
  });

  it("names ten thousand and not one more; nothing has changed then", async () => {
    const { store, bob } = await withBob();
    const all = Array.from({ length: limits.allowed - 1 }, (_, number) => `n${number}@a.test`);
    await store.write((tx) => allow(tx, bob.accountId, all));
    const two = patchConsent({ store }, bob, { hidden: true, allow: ["one@b.test", "two@b.test"] });
    await expect(two).rejects.toMatchObject({ problem: { code: "badRequest", pointer: "/allow" } });
    const before = await readConsent({ store }, bob);
    expect([before.hidden, before.allowed.length]).toEqual([false, limits.allowed - 1]);
    const instead = { allow: ["one@b.test", "two@b.test"], forbid: ["n0@a.test"] };
    expect((await patchConsent({ store }, bob, instead)).allowed).toHaveLength(limits.allowed);
    const taken = await patchConsent({ store }, bob, { forbid: ["one@b.test"], allow: ["three@b.test"] });
    expect(taken.allowed).toHaveLength(limits.allowed);
  });

  it("names them for one account and no other", async () => {
    const { store, bob } = await withBob();
    const carol = { accountId: await openAccount(store, "carol"), name: "carol" };
    await patchConsent({ store }, bob, { hidden: true, allow: ["alice@a.test"] });
    expect(await readConsent({ store }, carol)).toEqual({ hidden: false, allowed: [] });
    await patchConsent({ store }, carol, { forbid: ["alice@a.test"] });
    expect((await readConsent({ store }, bob)).allowed).toEqual(["alice@a.test"]);
  });
});
