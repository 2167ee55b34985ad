/** What other hosts are told of the keys of our accounts (§90.9; threats C4). */
import { expect, it } from "vitest";
import { sayHello } from "../deliver/remote.ts";
import { callSigned } from "../deliver/signed-call.ts";
import { openAccount } from "../objects/trial-mail.ts";
import { sayKeys } from "../receive/trial-sealed.ts";
import { setSuspended } from "../store/account-store.ts";
import { insertFormerAddress, setEraseAt } from "../store/closing-store.ts";
import { eachStore } from "../store/each-store.ts";
import { listStatements } from "../store/key-store.ts";
import type { Store } from "../store/sql.ts";
import { patchConsent } from "./consent.ts";
import { answerBy, openTrialDirectory, type TrialDirectory } from "./trial-directory.ts";

const alice = { accountId: 1, name: "alice" };

async function withBob(store: Store) {
  const accountId = await openAccount(store, "bob");
  await sayKeys(store, accountId, "bob@b.test");
  return { ...(await openTrialDirectory(store)), bob: { accountId, name: "bob" } };
}

/** What b.test answers, when a.test asks in these words. */
async function ask({ wire }: TrialDirectory, path: string, query: string | Record<string, string>) {
  const found = await wire.remote.findPeer("b.test");
  if (!found.ok) throw new Error(found.detail);
  const asked = await callSigned(wire.remote, "b.test", found.discovery, {
    method: "GET",
    path,
    query: new URLSearchParams(query),
    timeoutMs: 1_000,
  });
  if (asked.kind === "unreachable") return asked.problem;
  const answer: unknown = JSON.parse(Buffer.from(asked.answer.body).toString());
  return answer;
}

const refusedAs = (code: string) => ({ problem: { code } });

eachStore("a host that asks for the keys of an account", (open) => {
  it("gets all its statements in order, signed", async () => {
    const store = await open();
    const { lookUp, bob } = await withBob(store);
    await sayKeys(store, bob.accountId, "bob@b.test", { epochs: [{ number: 1 }, { number: 2 }] });
    const statements = await listStatements(store.read, bob.accountId);
    expect(statements.map(({ statement }) => statement.seq)).toEqual([0, 1]);
    expect(await lookUp(alice, "bob@b.test")).toEqual({ statements });
  });

  it("gets an empty list for one that has none, also when that one hides what it has", async () => {
    const store = await open();
    const { lookUp } = await withBob(store);
    const carol = { accountId: await openAccount(store, "carol"), name: "carol" };
    expect(await lookUp(alice, "carol@b.test")).toEqual({ statements: [] });
    await patchConsent({ store }, carol, { hidden: true });
    expect(await lookUp(alice, "carol@b.test")).toEqual({ statements: [] });
  });

  it("is told that one is closing beside its statements, and of one that was erased nothing but that", async () => {
    const store = await open();
    const { lookUp, bob } = await withBob(store);
    await store.write(async (tx) => {
      await setEraseAt(tx, bob.accountId, 1);
      await insertFormerAddress(tx, "carol", 1);
    });
    expect(await lookUp(alice, "bob@b.test")).toMatchObject({ statements: [{}], closing: true });
    await expect(lookUp(alice, "carol@b.test")).rejects.toMatchObject(refusedAs("recipientGone"));
  });

  it("gets those of an account that hides them for whom its owner has named, and for nobody else", async () => {
    const store = await open();
    const { lookUp, bob } = await withBob(store);
    await patchConsent({ store }, bob, { hidden: true, allow: ["carol+list@a.test", "alice@c.test"] });
    await expect(lookUp(alice, "bob@b.test")).rejects.toMatchObject(refusedAs("noConsent"));
    expect((await lookUp({ accountId: 2, name: "carol" }, "bob@b.test")).statements).toHaveLength(1);
    await patchConsent({ store }, bob, { forbid: ["carol@a.test"], allow: ["alice@a.test"] });
    await expect(lookUp({ accountId: 2, name: "carol" }, "bob@b.test")).rejects.toMatchObject(
      refusedAs("noConsent"),
    );
    expect((await lookUp(alice, "bob@b.test")).statements).toHaveLength(1);
  });

  it("hears that there is no such account, and the same of one that is suspended", async () => {
    const store = await open();
    const trial = await withBob(store);
    const known = await ask(trial, "/email/keys/nobody", { for: "alice@a.test" });
    expect(known).toMatchObject({
      code: "recipientUnknown",
      status: 404,
      detail: "b.test has no user “nobody”. Check the spelling, then ask again.",
    });
    await store.write((tx) => setSuspended(tx, "bob", 1));
    const suspended = await ask(trial, "/email/keys/bob", { for: "alice@a.test" });
    expect(suspended).toEqual(JSON.parse(JSON.stringify(known).replace("nobody", "bob")));
  });

  it("is made to wait with all it wants, mail too, when it has tried a hundred names and one", async () => {
    const store = await open();
    const trial = await withBob(store);
    for (let number = 0; number < 101; number++) {
      expect(await ask(trial, `/email/keys/n${number}`, { for: "alice@a.test" })).toMatchObject({
        code: "recipientUnknown",
      });
    }
    const late = { code: "unavailable", detail: "b.test asks to be tried later (429)." };
    expect(await ask(trial, "/email/keys/bob", { for: "alice@a.test" })).toMatchObject(late);
    const hello = () => sayHello(trial.wire.remote, "b.test", new AbortController().signal);
    expect(await hello()).toBe(false);
    await trial.wire.clock.advance(60_000);
    expect(await hello()).toBe(true);
    expect(await ask(trial, "/email/keys/bob", { for: "alice@a.test" })).toHaveProperty("statements");
  });

  it.each([
    ["of another host", "eve@c.test", "senderMismatch", 403],
    ["of the host that is asked", "bob@b.test", "senderMismatch", 403],
    ["of a host whose name ends like its own", "eve@x.a.test", "senderMismatch", 403],
    ["of an IP address", "eve@192.0.2.1", "badRequest", 400],
    ["that is none", "eve", "badRequest", 400],
  ])("is refused when it asks on behalf of an account %s", async (_, asker, code, status) => {
    const trial = await withBob(await open());
    expect(await ask(trial, "/email/keys/bob", { for: asker })).toMatchObject({ code, status });
  });

  it.each([
    ["on whose behalf", ""],
    ["it once", "for=alice%40a.test&for=bob%40a.test"],
    ["nothing else", "for=alice%40a.test&all=yes"],
  ])("is refused when it does not say %s", async (_, query) => {
    const trial = await withBob(await open());
    expect(await ask(trial, "/email/keys/bob", query)).toMatchObject({ code: "badRequest", status: 400 });
  });

  it("hears nothing of anybody when the query is not the one that was signed", async () => {
    const store = await open();
    const { lookUp, bob, peer, handler } = await withBob(store);
    await patchConsent({ store }, bob, { hidden: true, allow: ["carol@a.test"] });
    peer.answer = (request) =>
      answerBy(handler, { ...request, url: new URL("/email/keys/bob?for=carol%40a.test", request.url) });
    await expect(lookUp(alice, "bob@b.test")).rejects.toMatchObject({
      problem: {
        code: "unavailable",
        detail: expect.stringContaining("b.test does not accept what this server signs (401)"),
      },
    });
    const [asked] = peer.requests;
    if (asked === undefined) throw new Error("nothing was asked");
    const answer = await answerBy(handler, { ...asked, headers: {} });
    expect(answer).toMatchObject({ status: 401 });
    expect(answer.headers).not.toHaveProperty("signature");
  });

  it("pays for a long answer as for several requests", async () => {
    const store = await open();
    const { lookUp, bob, requests } = await withBob(store);
    const epochs = [1, 2, 3, 4, 5, 6, 7, 8].map((number) => ({ number }));
    for (let count = 0; count < 10; count++) await sayKeys(store, bob.accountId, "bob@b.test", { epochs });
    requests.charge("a.test", 2_990);
    await lookUp(alice, "bob@b.test");
    expect(requests.take("a.test", 8).ok).toBe(false);
    expect(requests.take("a.test", 7).ok).toBe(true);
  });
});
