/** First contacts (threats, “Abuse and first contact”): who waits, who comes in, and what the sender hears. */
import { expect, it } from "vitest";
import { createIdentity, noFields } from "../objects/identities.ts";
import { createRule } from "../objects/rules.ts";
import { decideSender, readDecided } from "../objects/senders.ts";
import { letter, letterId, openAccount, putIn } from "../objects/trial-mail.ts";
import { eachStore, type OpenTestStore } from "../store/each-store.ts";
import { listMailbox } from "../store/object-store.ts";
import { setScreens } from "../store/sender-store.ts";
import type { Store } from "../store/sql.ts";
import { submitAs } from "../submit/trial-submit.ts";
import { type TrialReceive, told, trialReceive } from "./trial-receive.ts";

const hour = 3_600_000;
const day = 24 * hour;

interface Bob extends TrialReceive {
  store: Store;
  accountId: number;
  /** Letter `number`, posted by the host of its sender; what bob's sender hears. */
  from(address: string, number: number, fields?: object): Promise<string | undefined>;
  /** Subjects by mailbox, the oldest first. */
  in(mailbox: number): Promise<(string | undefined)[]>;
  decide(id: string, state: "accepted" | "blocked" | "undecided"): Promise<void>;
}

async function withBob(open: OpenTestStore, screens = true): Promise<Bob> {
  const store = await open();
  const accountId = await openAccount(store, "bob", 100_000_000);
  await store.write((tx) => setScreens(tx, accountId, screens));
  const room = trialReceive(store);
  return {
    ...room,
    store,
    accountId,
    async from(address, number, fields = {}) {
      const [id = "", host = ""] = address.split("@");
      const subject = `${number}`;
      const date = new Date(room.clock.now()).toISOString();
      const written = letter({ id: letterId(number), from: { id, host }, subject, date, ...fields });
      return Object.values(told(await room.post(written, host)))[0];
    },
    async in(mailbox) {
      const objects = await listMailbox(store.read, accountId, mailbox, Number.MAX_SAFE_INTEGER, 100);
      return objects.map(({ subject }) => subject).reverse();
    },
    async decide(id, state) {
      await store.write(async (tx) => {
        const [known] = await readDecided(tx, accountId, [id]);
        if (known !== undefined) await decideSender(tx, accountId, known, state, room.clock.now());
      });
    },
  };
}

const [inbox, junk, screener] = [1, 5, 8];

eachStore("mail of somebody whom the account does not know", (open) => {
  it("waits in the Screener, and its sender hears that it is held", async () => {
    const bob = await withBob(open);
    expect(await bob.from("eve@b.test", 1)).toBe("held");
    expect([await bob.in(inbox), await bob.in(screener)]).toEqual([[], ["1"]]);
  });

  it("is answered the same again when it comes again, also when the owner has decided meanwhile", async () => {
    const bob = await withBob(open);
    await bob.from("eve@b.test", 1);
    expect(await bob.from("eve@b.test", 1)).toBe("held");
    await bob.decide("eve@b.test", "accepted");
    expect(await bob.from("eve@b.test", 1)).toBe("held");
    expect([await bob.in(inbox), await bob.in(screener)]).toEqual([["1"], []]);
  });

  it("is one message until it is answered; what more is written stays with the sender, for two weeks", async () => {
    const bob = await withBob(open);
    await bob.from("eve@b.test", 1);
    expect(await bob.from("eve+news@b.test", 2)).toBe("rateLimited");
    await bob.clock.advance(13 * day);
    expect(await bob.from("eve@b.test", 3)).toBe("rateLimited");
    await bob.clock.advance(day + 1);
    expect(await bob.from("eve@b.test", 4)).toBe("held");
    expect(await bob.in(screener)).toEqual(["1", "4"]);
  });

  it("comes in when the owner says yes, with all that comes after it", async () => {
    const bob = await withBob(open);
    await bob.from("eve@b.test", 1);
    await bob.from("zoe@b.test", 2);
    await bob.decide("eve@b.test", "accepted");
    expect([await bob.in(inbox), await bob.in(screener)]).toEqual([["1"], ["2"]]);
    expect(await bob.from("eve@b.test", 3)).toBe("delivered");
    expect(await bob.from("eve+tag@b.test", 4)).toBe("delivered");
    expect(await bob.from("eve@c.test", 5)).toBe("held");
  });

  it("comes in for a whole host, or for everybody, when the owner says so", async () => {
    const bob = await withBob(open);
    for (const [number, address] of ["a@b.test", "c@b.test", "a@c.test"].entries())
      await bob.from(address, number + 1);
    await bob.decide("*@b.test", "accepted");
    expect([await bob.in(inbox), await bob.in(screener)]).toEqual([["1", "2"], ["3"]]);
    expect(await bob.from("new@b.test", 4)).toBe("delivered");
    await bob.decide("*@*", "accepted");
    expect(await bob.in(screener)).toEqual([]);
    expect(await bob.from("new@d.test", 5)).toBe("delivered");
    await bob.decide("*@*", "undecided");
    expect(await bob.from("newer@d.test", 6)).toBe("held");
  });

  it("goes by the owner's rules when it comes in later", async () => {
    const bob = await withBob(open);
    await bob.from("eve@b.test", 1);
    await bob.store.write((tx) =>
      createRule(tx, bob.accountId, {
        name: "",
        sortOrder: 0,
        isEnabled: true,
        conditions: { from: ["eve@b.test"] },
        actions: { moveTo: "trash" },
      }),
    );
    expect(await bob.in(screener)).toEqual(["1"]);
    await bob.decide("eve@b.test", "accepted");
    expect(await bob.in(6)).toEqual(["1"]);
  });

  it("is of bounded size, and the sender hears that at once", async () => {
    const bob = await withBob(open);
    const file = (size: number) => [{ hash: "a".repeat(64), size }];
    expect(await bob.from("eve@b.test", 1, { attachments: file(1_000_000) })).toBe("notAllowed");
    // Small enough to be asked for.
    expect(await bob.from("eve@b.test", 2, { attachments: file(100_000) })).toBe("blobsMissing");
    expect(await bob.in(screener)).toEqual([]);
  });

  it("is followed by what changes it or takes it back, and not by much of that", async () => {
    const bob = await withBob(open);
    await bob.from("eve@b.test", 1);
    const edit = (number: number, target = 1) =>
      bob.from("eve@b.test", number, {
        type: "edit",
        target: letterId(target),
        subject: "New",
        body: "Later.",
      });
    for (let number = 2; number <= 11; number++) expect(await edit(number)).toBe("held");
    expect(await edit(12)).toBe("rateLimited");
    expect(await edit(13, 99)).toBe("rateLimited");
  });

  it("of the account's own host is taken", async () => {
    const bob = await withBob(open);
    expect(await bob.from("carol@a.test", 1)).toBe("delivered");
    expect(await bob.in(inbox)).toEqual(["1"]);
  });

  it("is taken when the account has written to its sender before, and what of it waits then comes in", async () => {
    const bob = await withBob(open);
    await bob.from("zoe@b.test", 1);
    const submit = submitAs(bob.store, bob.accountId, bob.clock, "bob");
    await submit.send({
      id: letterId(50),
      to: [
        { id: "Eve+x", host: "b.test" },
        { id: "zoe", host: "b.test" },
      ],
    });
    expect(await bob.from("eve@b.test", 2)).toBe("delivered");
    expect([await bob.in(inbox), await bob.in(screener)]).toEqual([["1", "2"], []]);
    // Having written is no decision: it can still be made.
    await bob.decide("eve@b.test", "blocked");
    await submit.send({ id: letterId(51), to: [{ id: "eve", host: "b.test" }] });
    expect(await bob.from("eve@b.test", 3)).toBe("held");
  });

  it("is taken in a thread that the account has written in, and its sender is known from then on", async () => {
    const bob = await withBob(open);
    await putIn(
      bob.store,
      bob.accountId,
      letter({ id: letterId(50), from: { id: "bob", host: "a.test" }, to: [{ id: "zoe", host: "c.test" }] }),
      { role: "sent" },
    );
    for (const [number, name] of ["p1", "p2", "p3", "p4", "p5", "p6"].entries()) {
      expect(await bob.from(`${name}@b.test`, number + 1, { thread: letterId(50) })).toBe("delivered");
    }
    expect(await bob.in(screener)).toEqual([]);
    expect(await bob.from("p1@b.test", 20)).toBe("delivered");
  });

  it("is taken at an address with a tag that the owner has made for such people", async () => {
    const bob = await withBob(open);
    const owner = { accountId: bob.accountId, accountName: "bob" };
    await bob.store.write((tx) =>
      createIdentity(tx, owner, "a.test", { ...noFields, email: "bob+shop@a.test" }),
    );
    const to = (id: string) => ({ to: [{ id, host: "a.test" }] });
    expect(await bob.from("shop@b.test", 1, to("bob+shop"))).toBe("delivered");
    expect(await bob.from("mall@c.test", 2, to("bob+mall"))).toBe("held");
  });

  it("comes in when the owner makes that address while it waits, and nothing else does", async () => {
    const bob = await withBob(open);
    const owner = { accountId: bob.accountId, accountName: "bob" };
    expect(await bob.from("shop@b.test", 1, { to: [{ id: "bob+shop", host: "a.test" }] })).toBe("held");
    expect(await bob.from("eve@c.test", 2)).toBe("held");
    await bob.store.write((tx) =>
      createIdentity(tx, owner, "a.test", { ...noFields, email: "bob+shop@a.test" }),
    );
    expect(await bob.in(inbox)).toEqual(["1"]);
    expect(await bob.in(screener)).toEqual(["2"]);
  });

  it("is not asked about when the owner wants no screening", async () => {
    const bob = await withBob(open, false);
    expect(await bob.from("eve@b.test", 1)).toBe("delivered");
    expect(await bob.from("eve@b.test", 2)).toBe("delivered");
  });

  it("is twenty messages a day, five in six hours, five of one host: the rest stays with the senders", async () => {
    const bob = await withBob(open);
    const heard = new Map<string, number>();
    let number = 0;
    const post = async (host: string) => {
      const status = (await bob.from(`s${++number}@${host}`, number)) ?? "";
      heard.set(status, (heard.get(status) ?? 0) + 1);
      return status;
    };
    for (let at = 0; at < 100; at++) await post(`h${at}.test`);
    expect(heard.get("held")).toBe(5);
    for (let sixHours = 0; sixHours < 3; sixHours++) {
      await bob.clock.advance(6 * hour);
      for (let at = 0; at < 20; at++) await post(`h${at}.test`);
    }
    expect(heard.get("held")).toBe(20);
    await bob.clock.advance(6 * hour + 1);
    for (let at = 0; at < 20; at++) await post("one.test");
    expect(heard.get("held")).toBe(25);
    await bob.clock.advance(6 * hour + 1);
    expect(await post("one.test")).toBe("rateLimited");
    expect(await post("other.test")).toBe("held");
    expect([...heard.keys()].toSorted()).toEqual(["held", "rateLimited"]);
  });

  it("does not stand in the way of those who are known, however much of it comes", async () => {
    const bob = await withBob(open);
    await bob.decide("eve@b.test", "accepted");
    for (let number = 1; number <= 30; number++) await bob.from(`s${number}@h${number}.test`, number);
    expect(await bob.from("eve@b.test", 100)).toBe("delivered");
  });
});

eachStore("mail of somebody whom the owner has blocked", (open) => {
  it("is kept in Junk, seen already, and its sender hears what strangers hear", async () => {
    const bob = await withBob(open);
    await bob.from("eve@b.test", 1);
    await bob.decide("eve@b.test", "blocked");
    expect([await bob.in(screener), await bob.in(junk)]).toEqual([[], ["1"]]);
    expect(await bob.from("eve@b.test", 2)).toBe("rateLimited");
    await bob.clock.advance(14 * day + 1);
    expect(await bob.from("eve@b.test", 3)).toBe("held");
    expect(await bob.in(junk)).toEqual(["1", "3"]);
    const [object] = await listMailbox(bob.store.read, bob.accountId, junk, Number.MAX_SAFE_INTEGER, 1);
    expect(object?.keywords).toEqual(["$seen", "$junk"]);
  });

  it("is told in the words in which strangers are, so a no is silent", async () => {
    const bob = await withBob(open);
    const second = async (address: string) => {
      const [id = "", host = ""] = address.split("@");
      const verdict = await bob.post(letter({ id: letterId(99), from: { id, host } }), host);
      return verdict.recipients[0]?.problem;
    };
    await bob.from("eve@b.test", 1);
    await bob.from("zoe@b.test", 2);
    await bob.decide("eve@b.test", "blocked");
    expect(await second("eve@b.test")).toEqual(await second("zoe@b.test"));
    expect(await second("eve@b.test")).toMatchObject({
      code: "rateLimited",
      retry: "later",
      retryAfterS: 21_600,
    });
  });

  it("is as little of a blocked host as of one sender, whoever writes there, and nothing of what others may ask", async () => {
    const bob = await withBob(open);
    await bob.decide("*@b.test", "blocked");
    expect(await bob.from("a@b.test", 1)).toBe("held");
    for (let number = 2; number <= 20; number++)
      expect(await bob.from(`s${number}@b.test`, number)).toBe("rateLimited");
    expect(await bob.in(junk)).toEqual(["1"]);
    expect(await bob.from("zoe@c.test", 30)).toBe("held");
    expect(await bob.in(screener)).toEqual(["30"]);
  });

  it("is taken of the one at a blocked host whom the owner has accepted", async () => {
    const bob = await withBob(open);
    await bob.decide("*@b.test", "blocked");
    await bob.decide("eve@b.test", "accepted");
    expect(await bob.from("eve@b.test", 1)).toBe("delivered");
  });

  it("is so for the account's own host too, and without screening", async () => {
    const bob = await withBob(open, false);
    await bob.decide("carol@a.test", "blocked");
    expect(await bob.from("carol@a.test", 1)).toBe("held");
    expect(await bob.in(junk)).toEqual(["1"]);
  });
});
