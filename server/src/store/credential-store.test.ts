import { expect, it } from "vitest";
import { insertAccount, setSuspended } from "./account-store.ts";
import { deleteApiToken, endSession, insertApiToken, insertSession } from "./auth-store.ts";
import { listLivingCredentials } from "./credential-store.ts";
import { eachStore } from "./each-store.ts";

const hash = new Uint8Array(32);
const now = 1_700_000_000_000;

eachStore("credentials", (open) => {
  it("live until they are ended, revoked or over, or their account is suspended", async () => {
    const store = await open();
    const common = { scopes: "read", createdAt: now, expiresAt: now + 1_000 };
    await store.write(async (tx) => {
      for (const accountId of [1, 2]) {
        await insertAccount(tx, { id: accountId, name: `a${accountId}`, createdAt: now, quotaBytes: 1 });
        await insertSession(tx, {
          ...common,
          id: `s${accountId}`,
          accountId,
          device: undefined,
          networkHash: hash,
          familyHash: hash,
          refreshHash: hash,
          lastUsedAt: now,
        });
        const token = { ...common, id: `t${accountId}`, accountId, name: "program", secretHash: hash };
        await insertApiToken(tx, token);
      }
    });
    const living = async (at = now) =>
      [...(await listLivingCredentials(store.read, ["s1", "t1", "s2", "t2", "none"], at))].sort();
    expect(await living()).toEqual(["s1", "s2", "t1", "t2"]);
    expect(await living(now + 1_000)).toEqual([]);
    expect(await listLivingCredentials(store.read, [], now)).toEqual(new Set());
    await store.write((tx) => endSession(tx, 1, "s1", "logout"));
    await store.write((tx) => deleteApiToken(tx, 2, "t2"));
    expect(await living()).toEqual(["s2", "t1"]);
    await store.write((tx) => setSuspended(tx, "a2", now));
    expect(await living()).toEqual(["t1"]);
  });
});
