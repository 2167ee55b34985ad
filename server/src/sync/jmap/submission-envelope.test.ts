/** To whom and when a draft goes by its envelope, and what cannot be sent at all, with the errors of RFC 8621 §7.5. */
import { expect, it } from "vitest";
import { openAccount } from "../../objects/trial-mail.ts";
import { setSuspended } from "../../store/account-store.ts";
import { eachStore } from "../../store/each-store.ts";
import { draft, emailOf, leaving, refusal, send, withBob, write } from "./trial-drafts.ts";
import { type Answer, callerOf, methodsOn, trialJmap } from "./trial-jmap.ts";

eachStore("an envelope over JMAP", (open) => {
  const mailFrom = { email: "bob@a.test" };

  it("says whom it goes to: who is in no header is a blind recipient, and who is in a header only is none", async () => {
    const bob = await withBob(open);
    const id = await write(bob, { bcc: [{ name: null, email: "eve@b.test" }] });
    const rcptTo = [{ email: "Alice@b.test" }, { email: "dave@b.test" }];
    const { created } = await send(bob, id, { envelope: { mailFrom, rcptTo } });
    expect(created.s.envelope.rcptTo.map(({ email }: Answer) => email)).toEqual([
      "alice@b.test",
      "dave@b.test",
    ]);
    expect((await leaving(bob, "b.test")).map(({ to }) => to)).toEqual([["alice"], ["dave"]]);
  });

  it.each([
    ["HOLDFOR", "3600", "2026-11-24T01:00:00Z"],
    ["holdfor", "3600", "2026-11-24T01:00:00Z"],
    ["HOLDUNTIL", "2026-11-25T00:00:00Z", "2026-11-25T00:00:00Z"],
    ["HOLDUNTIL", "2026-11-25T02:00:00+02:00", "2026-11-25T00:00:00Z"],
    ["HOLDUNTIL", "2026-11-20T00:00:00Z", "2026-11-24T00:00:00Z"],
  ])("holds it by %s=%s until %s (RFC 4865)", async (name, value, sendAt) => {
    const bob = await withBob(open);
    const id = await write(bob);
    const envelope = {
      mailFrom: { ...mailFrom, parameters: { [name]: value } },
      rcptTo: [{ email: "alice@b.test" }],
    };
    const { created } = await send(bob, id, { envelope });
    expect(created.s.sendAt).toBe(sendAt);
    const now = bob.clock.now();
    expect(await leaving(bob, "b.test")).toHaveLength(Date.parse(sendAt) > now ? 0 : 1);
    await bob.clock.advance(Date.parse(sendAt) - now);
    expect(await leaving(bob, "b.test")).toHaveLength(Date.parse(sendAt) > now ? 1 : 0);
  });

  it("dates what is held long as it leaves, and what leaves soon as it was written", async () => {
    const bob = await withBob(open);
    const rcptTo = [{ email: "alice@b.test" }];
    const held = async (seconds: number) => {
      const parameters = { HOLDFOR: String(seconds) };
      const id = await write(bob);
      await send(bob, id, { envelope: { mailFrom: { ...mailFrom, parameters }, rcptTo } });
      return (await emailOf(bob, id, ["sentAt"])).sentAt;
    };
    expect(await held(3_600)).toBe("2026-11-24T00:00:00Z");
    expect(await held(30 * 86_400)).toBe("2026-12-24T00:00:00Z");
  });

  it.each([
    [{ HOLDFOR: "soon" }],
    [{ HOLDFOR: null }],
    [{ HOLDFOR: "-1" }],
    [{ HOLDUNTIL: "tomorrow" }],
    [{ HOLDFOR: "31536001" }],
    [{ HOLDFOR: "1", HOLDUNTIL: "2026-11-25T00:00:00Z" }],
    [{ SIZE: "100" }],
  ])("with %j is not understood", async (parameters) => {
    const bob = await withBob(open);
    const envelope = { mailFrom: { ...mailFrom, parameters }, rcptTo: [{ email: "alice@b.test" }] };
    const reason = await refusal(bob, await write(bob), { envelope });
    expect(reason).toMatchObject({ type: "invalidProperties", properties: ["envelope"] });
  });

  it("leaves from the account's own address alone", async () => {
    const bob = await withBob(open);
    const envelope = (email: string) => ({
      envelope: { mailFrom: { email }, rcptTo: [{ email: "alice@b.test" }] },
    });
    expect((await refusal(bob, await write(bob), envelope("carol@a.test"))).type).toBe("forbiddenMailFrom");
    expect((await send(bob, await write(bob), envelope("bob+shop@a.test"))).created).not.toBeNull();
  });
});

eachStore("what cannot be sent over JMAP", (open) => {
  it.each([
    ["noRecipients", { to: [] }, {}],
    ["invalidRecipients", { to: [{ name: null, email: "alice" }] }, { invalidRecipients: ["alice"] }],
    ["invalidRecipients", { to: [{ name: null, email: "alice@b.test:8443" }] }, {}],
    ["forbiddenFrom", { from: [{ name: null, email: "carol@a.test" }] }, {}],
    ["forbiddenFrom", { from: [{ name: null, email: "bob@b.test" }] }, {}],
    ["invalidEmail", { from: [] }, { properties: ["from"] }],
    [
      "invalidEmail",
      { from: [draft.from[0], { name: null, email: "bob+x@a.test" }] },
      { properties: ["from"] },
    ],
    ["invalidEmail", { subject: "x".repeat(1_001) }, { properties: ["subject"] }],
    ["tooLarge", { bodyValues: { t: { value: "x".repeat(200_001) } } }, {}],
    [
      "tooManyRecipients",
      { to: Array.from({ length: 501 }, (_, at) => ({ name: null, email: `u${at}@b.test` })) },
      {},
    ],
  ])("is refused as %s: %j", async (type, fields, more) => {
    const bob = await withBob(open);
    const id = await write(bob, fields);
    const reason = await refusal(bob, id);
    expect(reason).toMatchObject({ type, ...more });
    expect(reason.description).toMatch(/^[A-Z“].*\.$/);
    // Nothing of it is left but the draft.
    expect(await leaving(bob, "b.test")).toEqual([]);
    expect((await bob.call("EmailSubmission/get", { ids: null })).list).toEqual([]);
    expect((await emailOf(bob, id, ["keywords"])).keywords).toMatchObject({ $draft: true });
  });

  it("is a message or an identity that is not there", async () => {
    const bob = await withBob(open);
    const id = await write(bob);
    for (const emailId of ["m999", "s1", "#none"]) {
      expect(await refusal(bob, emailId)).toMatchObject({
        type: "invalidProperties",
        properties: ["emailId"],
      });
    }
    expect(await refusal(bob, id, { identityId: "i99" })).toMatchObject({
      type: "invalidProperties",
      properties: ["identityId"],
    });
    expect((await refusal(bob, id, { sendAt: "2026-11-25T00:00:00Z" })).properties).toEqual(["sendAt"]);
  });

  it("is anything, with a token that may not send", async () => {
    const bob = await withBob(open, ["read", "draft"]);
    const create = { s: { emailId: await write(bob), identityId: "i1" } };
    const [answer] = await bob.ask([["EmailSubmission/set", { accountId: bob.id, create }, "0"]]);
    expect(answer).toMatchObject(["error", { type: "forbidden" }, "0"]);
  });

  it("is moved afterwards by nobody who may only send", async () => {
    const bob = await withBob(open);
    const id = await write(bob);
    const methods = methodsOn(bob.store, bob.ctx);
    const sender = trialJmap(methods, callerOf(bob.accountId, ["send"]));
    const answers = await sender.ask([
      [
        "EmailSubmission/set",
        {
          accountId: bob.id,
          create: { s: { emailId: id, identityId: "i1" } },
          onSuccessUpdateEmail: { "#s": { "keywords/$draft": null } },
        },
        "0",
      ],
    ]);
    expect(answers[0][1].created.s.id).toBe(`s${id.slice(1)}`);
    expect(answers[1]).toMatchObject(["error", { type: "forbidden" }, "0"]);
  });

  it("is what somebody else has written", async () => {
    const bob = await withBob(open);
    const id = await write(bob);
    await send(bob, id);
    const carol = await openAccount(bob.store, "carol");
    const methods = methodsOn(bob.store, bob.ctx);
    const other = { ...bob, ...trialJmap(methods, { ...callerOf(carol), accountName: "carol" }) };
    expect(await refusal(other, id)).toMatchObject({ type: "invalidProperties", properties: ["emailId"] });
    await bob.store.write((tx) => setSuspended(tx, "carol", 1));
    const { notUpdated } = await other.call("EmailSubmission/set", {
      update: { [`s${id.slice(1)}`]: { undoStatus: "canceled" } },
    });
    expect(notUpdated[`s${id.slice(1)}`].type).toBe("notFound");
  });
});
