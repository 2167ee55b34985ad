/** What was sent, as JMAP tells of it (RFC 8621 §7.1 to §7.5). */
import { problem } from "@posthorn/protocol";
import fc from "fast-check";
import { expect, it } from "vitest";
import { HandClock } from "../../env/hand-clock.ts";
import { letterId, openAccount } from "../../objects/trial-mail.ts";
import { deferDelivery, listDeliveries, settleDelivery } from "../../store/delivery-store.ts";
import { eachStore, type OpenTestStore } from "../../store/each-store.ts";
import { forgetChanges } from "../../store/state-mark-store.ts";
import { findSubmission, noteSubmissions } from "../../store/submission-store.ts";
import { submitAs, type TrialSubmit } from "../../submit/trial-submit.ts";
import { type Answer, callerOf, methodsOn, type TrialJmap, trialJmap } from "./trial-jmap.ts";

interface Bob {
  jmap: TrialJmap;
  submit: TrialSubmit;
  clock: HandClock;
  accountId: number;
  /** Sends by `POST /email/send`; the id of the submission. */
  post(number: number, fields?: object, how?: object): Promise<string>;
}

async function withBob(open: OpenTestStore, name = "bob"): Promise<Bob> {
  const store = await open();
  const accountId = await openAccount(store, name, 100_000_000);
  const clock = new HandClock();
  const jmap = trialJmap(methodsOn(store, { clock }), { ...callerOf(accountId), accountName: name });
  const submit = submitAs(store, accountId, clock, name);
  return {
    jmap,
    submit,
    clock,
    accountId,
    async post(number, fields = {}, how = {}) {
      const message = {
        id: letterId(number),
        to: [{ id: "alice", host: "b.test" }],
        subject: `${number}`,
        ...fields,
      };
      await submit.send(message, how);
      return `s${(await findSubmission(store.read, accountId, letterId(number)))?.objectId}`;
    },
  };
}

async function get({ jmap }: Bob, id: string): Promise<Answer> {
  return (await jmap.call("EmailSubmission/get", { ids: [id] })).list[0];
}

async function ids({ jmap }: Bob, args: object): Promise<string[]> {
  return (await jmap.call("EmailSubmission/query", args)).ids;
}

function cancel({ jmap }: Bob, id: string): Promise<Answer> {
  return jmap.call("EmailSubmission/set", { update: { [id]: { undoStatus: "canceled" } } });
}

eachStore("what was sent, over JMAP", (open) => {
  it("is told of with its envelope and how it stands with each recipient, whichever way it went", async () => {
    const bob = await withBob(open);
    const to = [
      { id: "alice", host: "b.test" },
      { id: "carol", host: "c.test" },
    ];
    const id = await bob.post(1, { to, from: { id: "bob+shop", host: "a.test" } });
    expect(await get(bob, id)).toEqual({
      id,
      identityId: "i1",
      emailId: `m${id.slice(1)}`,
      threadId: `t${letterId(1)}`,
      envelope: {
        mailFrom: { email: "bob+shop@a.test", parameters: null },
        rcptTo: [
          { email: "alice@b.test", parameters: null },
          { email: "carol@c.test", parameters: null },
        ],
      },
      sendAt: "2026-11-24T00:00:00Z",
      undoStatus: "pending",
      deliveryStatus: {
        "alice@b.test": {
          smtpReply: "250 2.0.0 Waits to be sent to b.test.",
          delivered: "queued",
          displayed: "unknown",
        },
        "carol@c.test": {
          smtpReply: "250 2.0.0 Waits to be sent to c.test.",
          delivered: "queued",
          displayed: "unknown",
        },
      },
      dsnBlobIds: [],
      mdnBlobIds: [],
      recipients: [
        { address: "alice@b.test", status: "queued", attempts: 0, nextAttemptAt: "2026-11-24T00:00:00.000Z" },
        { address: "carol@c.test", status: "queued", attempts: 0, nextAttemptAt: "2026-11-24T00:00:00.000Z" },
      ],
    });
  });

  it("shows recipients as we know them to clients of our capability alone", async () => {
    const bob = await withBob(open);
    const id = await bob.post(1);
    const using = ["urn:ietf:params:jmap:core", "urn:ietf:params:jmap:submission"];
    const call = (properties: string[] | null) =>
      ["EmailSubmission/get", { accountId: bob.jmap.id, ids: [id], properties }, "0"] as const;
    const [[, answer]] = await bob.jmap.ask([call(null)], using);
    expect(answer.list[0]).not.toHaveProperty("recipients");
    const [refused] = await bob.jmap.ask([call(["recipients"])], using);
    expect(refused).toMatchObject(["error", { type: "invalidArguments" }, "0"]);
  });

  it.each([
    ["delivered", undefined, "yes", /^250 2\.1\.5 b\.test has stored it/],
    ["held", undefined, "yes", /^250 2\.1\.5 b\.test has stored it\..*not yet said/],
    [
      "failed",
      problem("recipientUnknown", "b.test has no user “alice”."),
      "no",
      /^550 5\.1\.1 b\.test has no user “alice”\.$/,
    ],
    ["failed", problem("internal", "Out\r\nof order."), "no", /^554 5\.0\.0 Out of order\.$/],
    ["expired", undefined, "no", /^554 5\.4\.7 Given up\. b\.test gave no reason\.$/],
    [
      "retrying",
      problem("unavailable", "b.test did not answer."),
      "queued",
      /^451 4\.4\.1 b\.test did not answer\. Tried again at 2026-11-24T00:05:00\.000Z\.$/,
    ],
  ] as const)("says in a reply's form what is known: %s", async (state, reason, delivered, reply) => {
    const bob = await withBob(open);
    const id = await bob.post(1);
    const { store } = bob.submit.ctx;
    await bob.submit.claim("b.test");
    const [delivery] = await listDeliveries(store.read, bob.accountId, letterId(1));
    const text = reason && JSON.stringify(reason);
    await store.write(async (tx) => {
      const { id: deliveryId, attemptCount } = delivery ?? { id: 0, attemptCount: 0 };
      const at = bob.clock.now();
      if (state === "retrying") {
        await deferDelivery(tx, { id: deliveryId, attemptCount, nextAttemptAt: at + 300_000, problem: text });
      } else await settleDelivery(tx, deliveryId, state, at, text);
    });
    const { deliveryStatus, undoStatus, recipients } = await get(bob, id);
    expect(deliveryStatus["alice@b.test"]).toMatchObject({
      delivered,
      smtpReply: expect.stringMatching(reply),
    });
    expect(undoStatus).toBe("final");
    expect(recipients).toMatchObject([{ status: state, attempts: 1 }]);
  });

  it("can be taken back until it leaves, with its blind copies; then it is not sent", async () => {
    const bob = await withBob(open);
    const id = await bob.post(1, {}, { undoS: 10 });
    const before = (await bob.jmap.call("EmailSubmission/get", { ids: [] })).state;
    const { updated } = await cancel(bob, id);
    expect(updated[id].deliveryStatus["alice@b.test"]).toMatchObject({ delivered: "no" });
    expect(await get(bob, id)).toMatchObject({
      undoStatus: "canceled",
      envelope: { mailFrom: { parameters: { HOLDUNTIL: "2026-11-24T00:00:10Z" } } },
    });
    const changes = await bob.jmap.call("EmailSubmission/changes", { sinceState: before });
    expect(changes).toMatchObject({ created: [], updated: [id] });
    await bob.clock.advance(10_000);
    expect((await bob.submit.claim("b.test")).messages).toEqual([]);
    expect((await cancel(bob, id)).updated).toEqual({ [id]: null });
  });

  it("cannot be taken back once an attempt was made", async () => {
    const bob = await withBob(open);
    const id = await bob.post(1);
    await bob.submit.claim("b.test");
    const { notUpdated } = await cancel(bob, id);
    expect(notUpdated[id]).toMatchObject({
      type: "cannotUnsend",
      description: expect.stringContaining("on its way"),
    });
  });

  it.each([
    { undoStatus: "final" },
    { undoStatus: null },
    { sendAt: "2026-11-25T00:00:00Z" },
    { emailId: "m99" },
  ])("is changed in nothing else: %j", async (patch) => {
    const bob = await withBob(open);
    const id = await bob.post(1, {}, { undoS: 10 });
    const { notUpdated } = await bob.jmap.call("EmailSubmission/set", { update: { [id]: patch } });
    expect(notUpdated[id]).toMatchObject({ type: "invalidProperties", properties: Object.keys(patch) });
  });

  it("is sent again after it was taken back, to the blind ones too", async () => {
    const bob = await withBob(open);
    const create = {
      mailboxIds: { f2: true },
      from: [{ name: null, email: "bob@a.test" }],
      to: [{ name: null, email: "alice@b.test" }],
      cc: [{ name: null, email: "carol@b.test" }],
      bcc: [{ name: null, email: "dave@b.test" }],
      subject: "Hello",
      bodyValues: { t: { value: "At ten?" } },
      textBody: [{ partId: "t", type: "text/plain" }],
    };
    const { created } = await bob.jmap.call("Email/set", { create: { k: create } });
    const emailId = created.k.id;
    const mailFrom = { email: "bob@a.test", parameters: { HOLDFOR: "60" } };
    const rcptTo = ["alice", "carol", "dave"].map((name) => ({ email: `${name}@b.test` }));
    const send = (more: object) =>
      bob.jmap.call("EmailSubmission/set", { create: { s: { emailId, identityId: "i1", ...more } } });
    const first = await send({ envelope: { mailFrom, rcptTo } });
    const { id } = first.created.s;
    await cancel(bob, id);
    expect(Object.keys((await get(bob, id)).deliveryStatus)).toHaveLength(3);
    const again = await send({});
    expect(again.created.s).toMatchObject({ id, undoStatus: "pending" });
    expect((await get(bob, id)).recipients.map(({ address }: Answer) => address)).toEqual([
      "alice@b.test",
      "carol@b.test",
      "dave@b.test",
    ]);
    const { messages } = await bob.submit.claim("b.test");
    expect(messages.map(({ deliveries }) => deliveries.map(({ recipient }) => recipient))).toEqual([
      ["alice", "carol"],
      ["dave"],
    ]);
  });

  it("is sent again to those whom it was written for, when it never was a draft", async () => {
    const bob = await withBob(open);
    const id = await bob.post(1, {}, { undoS: 10 });
    await cancel(bob, id);
    const send = (name: string) => {
      const envelope = { mailFrom: { email: "bob@a.test" }, rcptTo: [{ email: `${name}@b.test` }] };
      const create = { s: { emailId: `m${id.slice(1)}`, identityId: "i1", envelope } };
      return bob.jmap.call("EmailSubmission/set", { create });
    };
    expect((await send("carol")).notCreated.s).toMatchObject({
      type: "invalidProperties",
      properties: ["envelope"],
    });
    expect((await send("alice")).created.s).toMatchObject({ id, undoStatus: "pending" });
  });

  it("can be forgotten by clients, and is not sent a second time for that", async () => {
    const bob = await withBob(open);
    const id = await bob.post(1);
    const { newState } = await bob.jmap.call("EmailSubmission/changes", { sinceState: "0" });
    expect((await bob.jmap.call("EmailSubmission/set", { destroy: [id] })).destroyed).toEqual([id]);
    expect((await bob.jmap.call("EmailSubmission/get", { ids: [id] })).notFound).toEqual([id]);
    const since = await bob.jmap.call("EmailSubmission/changes", { sinceState: newState });
    expect(since).toMatchObject({ destroyed: [id] });
    expect(await bob.jmap.call("EmailSubmission/changes", { sinceState: "0" })).toMatchObject({
      created: [],
      destroyed: [],
    });
    expect(await ids(bob, {})).toEqual([]);
    expect(await bob.post(1)).toBe(id);
    expect((await bob.submit.claim("b.test")).messages).toHaveLength(1);
  });
});

eachStore("looking for what was sent, over JMAP", (open) => {
  it("finds it by what RFC 8621 §7.3 has", async () => {
    const bob = await withBob(open);
    const one = await bob.post(1);
    const two = await bob.post(2, { thread: letterId(1) }, { undoS: 600 });
    const three = await bob.post(3, {}, { undoS: 60 });
    await bob.submit.claim("b.test");
    await cancel(bob, three);
    expect(await ids(bob, {})).toEqual([three, two, one]);
    expect(await ids(bob, { filter: { undoStatus: "pending" } })).toEqual([two]);
    expect(await ids(bob, { filter: { undoStatus: "canceled" } })).toEqual([three]);
    expect(await ids(bob, { filter: { undoStatus: "final" } })).toEqual([one]);
    expect(await ids(bob, { filter: { threadIds: [`t${letterId(1)}`] } })).toEqual([two, one]);
    expect(await ids(bob, { filter: { emailIds: [`m${one.slice(1)}`, two] } })).toEqual([one]);
    expect(await ids(bob, { filter: { identityIds: ["i1"] } })).toHaveLength(3);
    expect(await ids(bob, { filter: { identityIds: ["i2"] } })).toEqual([]);
    expect(await ids(bob, { filter: { before: "2026-11-24T00:01:00Z" } })).toEqual([one]);
    expect(await ids(bob, { filter: { after: "2026-11-24T00:01:00Z" } })).toEqual([three, two]);
    const none = { operator: "NOT", conditions: [{ emailIds: [`m${two.slice(1)}`] }] };
    expect(await ids(bob, { filter: none })).toEqual([three, one]);
    expect(await ids(bob, { sort: [{ property: "sentAt" }] })).toEqual([one, three, two]);
    expect(await ids(bob, { sort: [{ property: "emailId", isAscending: false }] })).toEqual([
      three,
      two,
      one,
    ]);
    expect(await ids(bob, { sort: [{ property: "threadId" }, { property: "sentAt" }] })).toEqual([
      one,
      two,
      three,
    ]);
    const windowed = await bob.jmap.call("EmailSubmission/query", {
      position: 1,
      limit: 1,
      calculateTotal: true,
    });
    expect(windowed).toMatchObject({ ids: [two], position: 1, total: 3, canCalculateChanges: true });
    const [refused] = await bob.jmap.ask([
      ["EmailSubmission/query", { accountId: bob.jmap.id, sort: [{ property: "size" }] }, "0"],
    ]);
    expect(refused).toMatchObject(["error", { type: "unsupportedSort" }, "0"]);
  });

  it("tells what has changed in what was found, so that the old list becomes the new one", async () => {
    const store = await open();
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom("send", "hold", "cancel", "claim", "destroy"), {
          minLength: 1,
          maxLength: 8,
        }),
        fc.constantFrom(
          {},
          { undoStatus: "pending" },
          { undoStatus: "canceled" },
          { before: "2026-11-24T00:00:05Z" },
        ),
        fc.boolean(),
        async (operations, filter, isAscending) => {
          const bob = await withBob(async () => store, `bob${++run}`);
          const args = { filter, sort: [{ property: "sentAt", isAscending }] };
          let number = 0;
          const sent: string[] = [await bob.post(++number), await bob.post(++number, {}, { undoS: 10 })];
          const before = await bob.jmap.call("EmailSubmission/query", args);
          for (const operation of operations) {
            if (operation === "send") sent.push(await bob.post(++number));
            if (operation === "hold") sent.push(await bob.post(++number, {}, { undoS: 30 }));
            if (operation === "cancel") await cancel(bob, sent.at(-1) ?? "");
            if (operation === "destroy")
              await bob.jmap.call("EmailSubmission/set", { destroy: [sent.at(0) ?? ""] });
            if (operation === "claim") {
              const { messages } = await bob.submit.claim("b.test");
              // What the queue writes down as it retires a claim.
              await bob.submit.ctx.store.write((tx) => noteSubmissions(tx, messages, "updated"));
            }
          }
          const changes = await bob.jmap.call("EmailSubmission/queryChanges", {
            ...args,
            sinceQueryState: before.queryState,
          });
          const list = before.ids.filter((id: string) => !changes.removed.includes(id));
          for (const { id, index } of changes.added) list.splice(index, 0, id);
          expect(list).toEqual((await bob.jmap.call("EmailSubmission/query", args)).ids);
        },
      ),
      { numRuns: 6 },
    );
  });

  it("does not tell what has changed since a state that is forgotten, or was never", async () => {
    const bob = await withBob(open);
    for (const number of [1, 2, 3]) await bob.post(number);
    await bob.submit.ctx.store.write((tx) => forgetChanges(tx, bob.accountId, 2));
    for (const since of ["0", "1", "99", "x"]) {
      for (const [name, args] of [
        ["EmailSubmission/changes", { sinceState: since }],
        ["EmailSubmission/queryChanges", { sinceQueryState: since }],
      ] as const) {
        const [answer] = await bob.jmap.ask([[name, { accountId: bob.jmap.id, ...args }, "0"]]);
        expect(answer).toMatchObject(["error", { type: "cannotCalculateChanges" }, "0"]);
      }
    }
  });
});
