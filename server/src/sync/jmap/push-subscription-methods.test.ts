import { expect, it } from "vitest";
import { HandClock } from "../../env/hand-clock.ts";
import { openRandom } from "../../env/random.ts";
import { eachStore } from "../../store/each-store.ts";
import { findPushSubscription } from "../../store/push-store.ts";
import type { Store } from "../../store/sql.ts";
import { now, withAccounts } from "../trial-changes.ts";
import { trialDevice } from "../trial-push.ts";
import { pushSubscriptionMethods } from "./push-subscription-methods.ts";
import { type Answer, callerOf, type TrialJmap, trialJmap } from "./trial-jmap.ts";

const dayMs = 24 * 3_600_000;
const device = trialDevice();
const keys = {
  p256dh: Buffer.from(device.keys.p256dh).toString("base64url"),
  auth: Buffer.from(device.keys.auth).toString("base64url"),
};
/** As in the example of RFC 8620 §7.2.3. */
const given = {
  deviceClientId: "a889-ffea-910",
  url: "https://example.com/push/?device=X8980fc&client=12c6d086",
  types: null,
};

function utc(ms: number): string {
  return new Date(ms).toISOString().replace(".000Z", "Z");
}

eachStore("PushSubscription", (open) => {
  async function begin() {
    const store = await withAccounts(await open());
    const clock = new HandClock(now);
    const woken: string[] = [];
    let left = 100;
    const methods = pushSubscriptionMethods({
      store,
      clock,
      random: openRandom(),
      push: {
        allowPorts: false,
        takeNew: () => (left-- > 0 ? { ok: true } : { ok: false, retryAfterS: 60 }),
        wake: (accountId, id) => woken.push(`${accountId} ${id}`),
      },
    });
    const as = (accountId: number, credentialId: string) =>
      trialJmap(methods, { ...callerOf(accountId, ["read"]), credentialId });
    return {
      store,
      clock,
      woken,
      alice: as(1, "s1"),
      as,
      leave(count: number) {
        left = count;
      },
    };
  }

  async function one(jmap: TrialJmap, name: string, args: object): Promise<Answer> {
    const [[answered, result]] = await jmap.ask([[`PushSubscription/${name}`, args, "0"]]);
    return answered === "error" ? { error: result.type } : result;
  }

  async function create(jmap: TrialJmap, object: object): Promise<Answer> {
    const { created, notCreated } = await one(jmap, "set", { create: { "4f29": object } });
    return created?.["4f29"] ?? notCreated["4f29"];
  }

  async function codeOf(store: Store, id: string): Promise<string> {
    return (await findPushSubscription(store.read, id))?.verificationCode ?? "";
  }

  it("is made, verified and destroyed as in the examples of RFC 8620 §7.2.3", async () => {
    const { store, alice, woken, clock } = await begin();
    const made = await create(alice, given);
    expect(made).toEqual({ id: expect.any(String), keys: null, expires: utc(now + 7 * dayMs) });
    const { id } = made;
    expect(woken).toEqual([`1 ${id}`]);
    const wrong = await one(alice, "set", {
      update: { [id]: { verificationCode: "da1f097b11ca17f06424e30bf02bfa67" } },
    });
    expect(wrong.notUpdated[id]).toMatchObject({
      type: "invalidProperties",
      properties: ["verificationCode"],
    });
    expect((await findPushSubscription(store.read, id))?.verifiedAt).toBeUndefined();
    const code = await codeOf(store, id);
    const verified = await one(alice, "set", { update: { [id]: { verificationCode: code } } });
    expect(verified).toMatchObject({ updated: { [id]: null }, notUpdated: null });
    expect(verified).not.toHaveProperty("newState");
    expect(woken).toEqual([`1 ${id}`, `1 ${id}`]);
    const got = await one(alice, "get", { ids: null });
    expect(got).toEqual({
      list: [
        {
          id,
          deviceClientId: "a889-ffea-910",
          verificationCode: code,
          expires: utc(now + 7 * dayMs),
          types: null,
        },
      ],
      notFound: [],
    });
    await clock.advance(6 * dayMs);
    const longer = await one(alice, "set", { update: { [id]: { expires: utc(now + 400 * dayMs) } } });
    expect(longer.updated[id]).toEqual({ expires: utc(now + 36 * dayMs) });
    expect((await one(alice, "set", { destroy: [id] })).destroyed).toEqual([id]);
    expect(await findPushSubscription(store.read, id)).toBeUndefined();
    expect((await one(alice, "get", { ids: [id] })).notFound).toEqual([id]);
  });

  it("keeps the code to itself until the client has shown that it got it", async () => {
    const { alice, store } = await begin();
    const { id } = await create(alice, given);
    expect((await one(alice, "get", {})).list[0].verificationCode).toBeNull();
    const code = await codeOf(store, id);
    // 18 bytes are beyond guessing.
    expect(Buffer.from(code, "base64url").length).toBeGreaterThanOrEqual(18);
    expect(code).not.toBe(await codeOf(store, (await create(alice, given)).id));
  });

  it("never tells where it goes or with which keys (RFC 8620 §7.2.1)", async () => {
    const { alice } = await begin();
    await create(alice, { ...given, keys });
    expect(JSON.stringify(await one(alice, "get", {}))).not.toMatch(/example\.com|p256dh|auth/);
    for (const name of ["url", "keys"]) {
      expect(await one(alice, "get", { properties: ["id", name] })).toEqual({ error: "forbidden" });
    }
    expect(await one(alice, "get", { properties: ["id", "colour"] })).toEqual({ error: "invalidArguments" });
  });

  it("is known to the credential that made it, and to no other, not even of the same account", async () => {
    const { alice, as, store } = await begin();
    const { id } = await create(alice, given);
    const code = await codeOf(store, id);
    for (const other of [as(1, "t1"), as(2, "s2")]) {
      expect(await one(other, "get", { ids: [id] })).toEqual({ list: [], notFound: [id] });
      const tried = await one(other, "set", { update: { [id]: { verificationCode: code } }, destroy: [id] });
      expect(tried.notDestroyed[id].type).toBe("notFound");
      const verified = await one(other, "set", { update: { [id]: { verificationCode: code } } });
      expect(verified.notUpdated[id].type).toBe("notFound");
    }
    expect(await findPushSubscription(store.read, id)).toMatchObject({ verifiedAt: undefined });
  });

  it("lasts as long as it was asked for, thirty days at most, and is not there after that", async () => {
    const { alice, clock, store } = await begin();
    const hour = await create(alice, { ...given, expires: utc(now + dayMs / 24) });
    expect(hour.expires).toBe(utc(now + dayMs / 24));
    expect((await create(alice, { ...given, expires: "2099-01-01T00:00:00Z" })).expires).toBe(
      utc(now + 30 * dayMs),
    );
    await clock.advance(dayMs / 24);
    expect((await one(alice, "get", { ids: [hour.id] })).notFound).toEqual([hour.id]);
    const late = await one(alice, "set", {
      update: { [hour.id]: { verificationCode: await codeOf(store, hour.id) } },
    });
    expect(late.notUpdated[hour.id].type).toBe("notFound");
  });

  const wrong: [string, object, string][] = [
    ["http", { url: "http://example.com/push" }, "url"],
    ["no address", { url: "https://" }, "url"],
    ["a password in the address", { url: "https://me:secret@example.com/" }, "url"],
    ["a number for a host", { url: "https://93.184.216.34/push" }, "url"],
    ["a number written otherwise for a host", { url: "https://0x5db8d822/push" }, "url"],
    ["a number of IPv6 for a host", { url: "https://[2606:2800:220:1::1]/push" }, "url"],
    ["a name of this machine", { url: "https://localhost/push" }, "url"],
    ["half a host name", { url: "https://printer/push" }, "url"],
    ["a name that no host has", { url: "https://push_service.example.com/" }, "url"],
    ["another port", { url: "https://example.com:8443/push" }, "url"],
    ["a fragment", { url: "https://example.com/push#part" }, "url"],
    ["a line end in the address", { url: "https://example.com/pu\nsh" }, "url"],
    ["another scheme", { url: "javascript:alert(1)" }, "url"],
    ["an address that is too long", { url: `https://example.com/${"x".repeat(2_000)}` }, "url"],
    ["no device", { deviceClientId: "" }, "deviceClientId"],
    ["half the keys", { keys: { p256dh: keys.p256dh } }, "keys"],
    ["a key that is no point", { keys: { ...keys, p256dh: keys.auth } }, "keys"],
    ["a key that is no base64url", { keys: { ...keys, auth: "?".repeat(22) } }, "keys"],
    ["a time that is over", { expires: "2020-01-01T00:00:00Z" }, "expires"],
    ["a time that is none", { expires: "tomorrow" }, "expires"],
    ["no types", { types: [] }, "types"],
    ["types that are none", { types: ["Email,Mailbox"] }, "types"],
    ["a code of its own", { verificationCode: "1234" }, "verificationCode"],
    ["an id of its own", { id: "w1" }, "id"],
  ];
  it.each(wrong)("is not made with %s", async (_, more, property) => {
    const { alice, woken } = await begin();
    expect(await create(alice, { ...given, ...more })).toMatchObject({
      type: "invalidProperties",
      properties: [property],
    });
    expect(woken).toEqual([]);
  });

  it("cannot be sent elsewhere once it is made (RFC 8620 §7.2)", async () => {
    const { alice } = await begin();
    const { id } = await create(alice, given);
    for (const change of [{ url: "https://victim.test/" }, { keys }, { deviceClientId: "other" }]) {
      const { notUpdated } = await one(alice, "set", { update: { [id]: change } });
      expect(notUpdated[id].type).toBe("invalidProperties");
    }
    const { updated } = await one(alice, "set", { update: { [id]: { types: ["Email"] } } });
    expect(updated).toHaveProperty(id);
    expect((await one(alice, "get", {})).list[0].types).toEqual(["Email"]);
  });

  it("is not made faster, or more often, than one account may (RFC 8620 §8.6)", async () => {
    const { alice, as, leave } = await begin();
    leave(1);
    expect(await create(alice, given)).toHaveProperty("id");
    expect(await create(alice, given)).toMatchObject({ type: "rateLimit", retryAfterS: 60 });
    leave(100);
    for (let count = 1; count < 50; count++) await create(alice, given);
    expect(await create(as(1, "t1"), given)).toMatchObject({ type: "overQuota" });
    expect(await create(as(2, "s2"), given)).toHaveProperty("id");
  });

  it("belongs to no account: one that is named is refused, and so is a state (RFC 8620 §7.2.1)", async () => {
    const { alice } = await begin();
    expect(await one(alice, "get", { accountId: "a1" })).toEqual({ error: "invalidArguments" });
    expect(await one(alice, "set", { accountId: "a1" })).toEqual({ error: "invalidArguments" });
    expect(await one(alice, "set", { ifInState: "1" })).toEqual({ error: "invalidArguments" });
  });
});
