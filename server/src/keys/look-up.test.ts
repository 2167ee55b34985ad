/** The keys of any account, as one of ours hears of them (§90.9). */
import { problem } from "@posthorn/protocol";
import { describe, expect, it } from "vitest";
import type { Answer, Said } from "../deliver/trial-peer.ts";
import { openAccount } from "../objects/trial-mail.ts";
import { sayKeys } from "../receive/trial-sealed.ts";
import { eachStore, onSqlite } from "../store/each-store.ts";
import { patchConsent } from "./consent.ts";
import { openTrialDirectory } from "./trial-directory.ts";

const alice = { accountId: 1, name: "alice" };
const carol = { accountId: 2, name: "carol" };
const said = (status: number, body: object, more: Partial<Said> = {}): Said => ({
  status,
  body: JSON.stringify(body),
  ...more,
});
const failsAs = (code: string, detail?: string) => ({
  problem: { code, ...(detail === undefined ? {} : { detail }) },
});

eachStore("the keys of an account of our own host", (open) => {
  it("are shown without a wire, by the same rule as to others; and to their owner always", async () => {
    const store = await open();
    const { lookUp, peer } = await openTrialDirectory(store);
    const accountId = await openAccount(store, "bob");
    const bob = { accountId, name: "bob" };
    await sayKeys(store, accountId, "bob@a.test");
    const chain = await lookUp(alice, "bob@a.test");
    expect(chain.statements).toHaveLength(1);
    expect(await lookUp(alice, "Bob+list@A.test")).toEqual(chain);
    await patchConsent({ store }, bob, { hidden: true });
    await expect(lookUp(alice, "bob@a.test")).rejects.toMatchObject(failsAs("noConsent"));
    expect(await lookUp(bob, "bob@a.test")).toEqual(chain);
    await expect(lookUp(alice, "nobody@a.test")).rejects.toMatchObject(failsAs("recipientUnknown"));
    expect(peer.requests).toEqual([]);
  });
});

describe("the keys of an account of another host", () => {
  const open = onSqlite();

  async function asking(answer: Answer, blocks: readonly string[] = []) {
    const trial = await openTrialDirectory(await open(), blocks);
    trial.peer.answer = answer;
    return trial;
  }

  it("are asked for in the name of who wants them, without tags, and nobody waits for long", async () => {
    const { lookUp, peer } = await asking(() => said(200, { statements: [], more: "than that" }));
    expect(await lookUp(alice, "bob+list@b.test")).toEqual({ statements: [] });
    expect(peer.requests.map(({ method, url }) => [method, url.href])).toEqual([
      ["GET", "https://b.test/email/keys/bob?for=alice%40a.test"],
    ]);
    expect(peer.requests[0]).toMatchObject({ timeoutMs: 10_000, maxAnswerBytes: 16_000_000 });
  });

  it.each(["recipientUnknown", "noConsent", "senderMismatch", "peerBlocked"] as const)(
    "are not had when it says so, signed: %s",
    async (code) => {
      const reason = problem(code, "So it is.");
      const { lookUp } = await asking(() => said(reason.status, reason));
      await expect(lookUp(alice, "bob@b.test")).rejects.toMatchObject(
        failsAs(code, "b.test says: So it is."),
      );
    },
  );

  it.each(["unauthorized", "tokenExpired", "badRequest", "notFound", "mailboxFull"] as const)(
    "are not had now when it says what only our server may say to a client: %s",
    async (code) => {
      const reason = problem(code, "Sign in anew.");
      const { lookUp } = await asking(() => said(reason.status, reason));
      const detail = `b.test does not tell the keys of the account (${reason.status}). It says: Sign in anew.`;
      await expect(lookUp(alice, "bob@b.test")).rejects.toMatchObject(failsAs("unavailable", detail));
    },
  );

  it.each<[string, Answer, string]>([
    [
      "nobody has signed it",
      () => said(200, { statements: [] }, { signing: false }),
      "b.test answered 200 without a signature that proves it.",
    ],
    [
      "nobody has signed that there is no such account",
      () => said(404, problem("recipientUnknown", "No."), { signing: false }),
      "b.test answered 404 without a signature that proves it.",
    ],
    [
      "it answers with what are no keys",
      () => said(200, { statements: [{}] }),
      "b.test answered with what are no keys of an account.",
    ],
    [
      "it answers with what is no JSON",
      () => ({ status: 200, body: "{" }),
      "b.test answered with what are no keys of an account.",
    ],
    [
      "it refuses in words that nobody knows",
      () => said(418, {}),
      "b.test does not tell the keys of the account (418).",
    ],
    ["it wants to be asked later", () => said(503, {}), "b.test asks to be tried later (503)."],
    ["it does not answer", () => "timeout", "b.test did not answer: the wire failed: timeout"],
    [
      "its answer is longer than any chain is",
      () => ({ status: 200, body: new Uint8Array(16_000_001) }),
      "b.test did not answer: the answer was too large",
    ],
  ])("are not had now when %s", async (_, answer, detail) => {
    const { lookUp } = await asking(answer);
    await expect(lookUp(alice, "bob@b.test")).rejects.toMatchObject(failsAs("unavailable", detail));
  });

  it("are to be asked for again when the host says", async () => {
    const { lookUp } = await asking(() => said(429, {}, { headers: { "retry-after": "30" } }));
    await expect(lookUp(alice, "bob@b.test")).rejects.toMatchObject({
      problem: { code: "unavailable", retryAfterS: 30 },
    });
  });

  it("are not had while the host cannot be found, nor of what is no host", async () => {
    const { lookUp } = await asking(() => said(200, { statements: [] }));
    const detail = "c.test did not answer: no such name";
    await expect(lookUp(alice, "bob@c.test")).rejects.toMatchObject(failsAs("unavailable", detail));
    await expect(lookUp(alice, "bob@192.0.2.1")).rejects.toMatchObject(failsAs("badAddress"));
    await expect(lookUp(alice, "bob")).rejects.toMatchObject(failsAs("badAddress"));
  });

  it("are not asked for at a host that our operator has blocked", async () => {
    const { lookUp, peer } = await asking(() => said(200, { statements: [] }), ["b.test"]);
    await expect(lookUp(alice, "bob@b.test")).rejects.toMatchObject(failsAs("peerBlocked"));
    expect(peer.requests).toEqual([]);
  });

  it("are asked for once when all devices of an owner ask at the same time, and anew afterwards", async () => {
    const { lookUp, peer } = await asking(() => said(200, { statements: [] }));
    const all = [lookUp(alice, "bob@b.test"), lookUp(alice, "BOB@b.test"), lookUp(carol, "bob@b.test")];
    await Promise.all(all);
    const askers = () => peer.requests.map(({ url }) => url.searchParams.get("for"));
    expect(askers()).toEqual(["alice@a.test", "carol@a.test"]);
    await lookUp(alice, "bob@b.test");
    expect(askers()).toHaveLength(3);
  });

  it("are four at a time for one account, whose hosts may not answer; another does not wait for it", async () => {
    const waiting: ((told: Said) => void)[] = [];
    const { lookUp } = await asking(() => new Promise((resolve) => waiting.push(resolve)));
    const turns = async () => {
      for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve));
    };
    const statusOf = (looked: Promise<unknown>) => looked.then(() => "shown").catch(() => "refused");
    const all = [1, 2, 3, 4, 5, 6].map((number) => statusOf(lookUp(alice, `n${number}@b.test`)));
    await turns();
    expect(waiting).toHaveLength(4);
    all.push(statusOf(lookUp(carol, "n1@b.test")));
    await turns();
    expect(waiting).toHaveLength(5);
    waiting.shift()?.(said(200, { statements: [] }));
    await turns();
    expect(waiting).toHaveLength(5);
    while (waiting.length > 0) {
      for (const tell of waiting.splice(0)) tell(said(503, {}));
      await turns();
    }
    expect(await Promise.all(all)).toEqual(["shown", ...Array.from({ length: 6 }, () => "refused")]);
  });

  it("are told of twenty that are not there, and of five hundred that are, before an account has to wait (C4)", async () => {
    const trial = await asking(() => said(404, problem("recipientUnknown", "No.")));
    const { lookUp, peer } = trial;
    for (let number = 0; number < 20; number++) {
      await expect(lookUp(alice, `n${number}@b.test`)).rejects.toMatchObject(failsAs("recipientUnknown"));
    }
    await expect(lookUp(alice, "n20@b.test")).rejects.toMatchObject(failsAs("rateLimited"));
    peer.answer = () => said(200, { statements: [] });
    for (let number = 0; number < 500; number++) await lookUp(carol, `n${number}@b.test`);
    await expect(lookUp(carol, "n500@b.test")).rejects.toMatchObject({
      problem: { code: "rateLimited", retryAfterS: 4 },
    });
  });
});
