/** What one Mailbox/set may do at once, and what others may do meanwhile (RFC 8620 §5.3, RFC 8621 §2.5). */
import { expect, it } from "vitest";
import { addMessage } from "../../objects/add-message.ts";
import { letter, letterId, openAccount } from "../../objects/trial-mail.ts";
import { eachStore, type OpenTestStore } from "../../store/each-store.ts";
import type { Store } from "../../store/sql.ts";
import { type Answer, callerOf, methodsOn, type TrialJmap, trialJmap } from "./trial-jmap.ts";

interface Bob extends TrialJmap {
  store: Store;
  accountId: number;
}

async function bobOn(store: Store): Promise<Bob> {
  const accountId = await openAccount(store, "bob");
  return { store, accountId, ...trialJmap(methodsOn(store), callerOf(accountId)) };
}

/** The ids of mailboxes that are made, by their names. */
async function make({ call }: Bob, ...names: string[]): Promise<string[]> {
  const create = Object.fromEntries(names.map((name) => [name, { name }]));
  const { created } = await call("Mailbox/set", { create });
  return names.map((name) => created[name].id);
}

async function namesOf({ call }: Bob, ids: readonly string[]): Promise<string[]> {
  const { list } = await call("Mailbox/get", { ids });
  return ids.map((id) => list.find((one: Answer) => one.id === id)?.name ?? "gone");
}

/** Puts so many messages into a mailbox. */
function fill({ store, accountId }: Bob, mailbox: string, count: number): Promise<void> {
  return store.write(async (tx) => {
    for (let number = 1; number <= count; number++) {
      const { message, bytes } = letter({ id: letterId(number) });
      const mailboxes = [Number(mailbox.slice(1))];
      const place = { accountId, mailboxes, keywords: [], receivedAt: number, blobs: [] };
      await addMessage(tx, { ...place, message, bytes });
    }
  });
}

eachStore("one Mailbox/set", (open: OpenTestStore) => {
  it("lets two mailboxes swap their names, and three pass them round", async () => {
    const bob = await bobOn(await open());
    const [a = "", b = "", c = ""] = await make(bob, "A", "B", "C");
    const swap = { [a]: { name: "B" }, [b]: { name: "a" } };
    expect(await bob.call("Mailbox/set", { update: swap })).toMatchObject({
      updated: { [a]: null, [b]: null },
      notUpdated: null,
    });
    expect(await namesOf(bob, [a, b, c])).toEqual(["B", "a", "C"]);
    const round = { [a]: { name: "C" }, [b]: { name: "B" }, [c]: { name: "A" } };
    expect((await bob.call("Mailbox/set", { update: round })).notUpdated).toBe(null);
    expect(await namesOf(bob, [a, b, c])).toEqual(["C", "B", "A"]);
  });

  it("gives a name to one that another has no more, be it renamed, moved or destroyed", async () => {
    const bob = await bobOn(await open());
    const [a = "", b = "", c = ""] = await make(bob, "A", "B", "C");
    const set = await bob.call("Mailbox/set", {
      create: { k: { name: "A" }, l: { name: "B" }, m: { name: "C" } },
      update: { [a]: { name: "A before" }, [b]: { parentId: "f1" } },
      destroy: [c],
    });
    expect(set).toMatchObject({ notCreated: null, notUpdated: null, destroyed: [c] });
    const made = [set.created.k.id, set.created.l.id, set.created.m.id];
    expect(await namesOf(bob, [a, b, c, ...made])).toEqual(["A before", "B", "gone", "A", "B", "C"]);
  });

  it("refuses a name that another keeps after all, and does what it can of the rest", async () => {
    const bob = await bobOn(await open());
    const [a = "", b = "", c = ""] = await make(bob, "A", "B", "C");
    const set = await bob.call("Mailbox/set", {
      create: { k: { name: "A" }, l: { name: "D" } },
      update: { [a]: { name: "B" }, [b]: { name: "" }, [c]: { name: "E" } },
    });
    const taken = { type: "invalidProperties", properties: ["name"] };
    expect(set).toMatchObject({
      created: { l: {} },
      notCreated: { k: taken },
      updated: { [c]: null },
      notUpdated: { [a]: { ...taken, description: "There is a mailbox “B” there already." }, [b]: taken },
    });
    expect(await namesOf(bob, [a, b, c])).toEqual(["A", "B", "E"]);
  });

  it("destroys a mailbox in steps though others want to put something into it meanwhile", async () => {
    const store = await open();
    const bob = await bobOn(store);
    const [a = "", other = ""] = await make(bob, "A", "Other");
    await fill(bob, a, 501);
    const { created } = await bob.call("Mailbox/set", { create: { k: { name: "In A", parentId: a } } });
    const inA = created.k.id;
    const meanwhile: Answer[] = [];
    const between: Store = {
      dialect: store.dialect,
      read: store.read,
      close: () => store.close(),
      async write(work) {
        const result = await store.write(work);
        if (meanwhile.length < 2) {
          for (const parentId of [a, inA]) {
            meanwhile.push(
              await bob.call("Mailbox/set", {
                create: { n: { name: "New", parentId } },
                update: { [other]: { parentId } },
              }),
            );
          }
        }
        return result;
      },
    };
    const device = trialJmap(methodsOn(between), callerOf(bob.accountId));
    const drop = { destroy: [a, inA], onDestroyRemoveEmails: true };
    expect((await device.call("Mailbox/set", drop)).destroyed.toSorted()).toEqual([a, inA].toSorted());
    const refused = { type: "invalidProperties", properties: ["parentId"] };
    for (const set of meanwhile) {
      expect(set).toMatchObject({ notCreated: { n: refused }, notUpdated: { [other]: refused } });
    }
    expect(meanwhile).toHaveLength(2);
    expect(await namesOf(bob, [a, inA, other])).toEqual(["gone", "gone", "Other"]);
  });

  it("destroys a large mailbox in steps too when it makes and changes others", async () => {
    const store = await open();
    const bob = await bobOn(store);
    const [a = "", other = ""] = await make(bob, "A", "Other");
    await fill(bob, a, 501);
    let writes = 0;
    const counting: Store = {
      ...{ dialect: store.dialect, read: store.read, close: () => store.close() },
      write(work) {
        writes += 1;
        return store.write(work);
      },
    };
    const device = trialJmap(methodsOn(counting), callerOf(bob.accountId));
    const set = await device.call("Mailbox/set", {
      create: { k: { name: "A", parentId: other } },
      update: { [other]: { name: "Another" }, [a]: { parentId: other } },
      destroy: [a],
      onDestroyRemoveEmails: true,
    });
    expect(set).toMatchObject({ created: { k: {} }, updated: { [other]: null }, destroyed: [a] });
    expect(writes).toBeGreaterThanOrEqual(3);
    expect(await namesOf(bob, [a, other])).toEqual(["gone", "Another"]);
  });

  it("empties no large mailbox that it puts another into, or that something is only taken out of by it", async () => {
    const bob = await bobOn(await open());
    const [a = "", b = "", c = ""] = await make(bob, "A", "B", "C");
    await fill(bob, a, 501);
    const drop = { destroy: [a], onDestroyRemoveEmails: true };
    const kept = async () => (await bob.call("Mailbox/get", { ids: [a] })).list[0].totalEmails;
    const putIn = await bob.call("Mailbox/set", { ...drop, update: { [b]: { parentId: a } } });
    expect(putIn).toMatchObject({
      updated: { [b]: null },
      notDestroyed: { [a]: { type: "mailboxHasChild" } },
    });
    expect(await kept()).toBe(501);
    const made = await bob.call("Mailbox/set", { ...drop, create: { k: { name: "K", parentId: a } } });
    expect(made).toMatchObject({ notDestroyed: { [a]: { type: "mailboxHasChild" } } });
    const move = { [b]: { parentId: c }, [made.created.k.id]: { parentId: c } };
    const takenOut = await bob.call("Mailbox/set", { ...drop, update: move });
    const description = expect.stringContaining("once more");
    expect(takenOut).toMatchObject({ notDestroyed: { [a]: { type: "tooLarge", description } } });
    const { state: ifInState } = await bob.call("Mailbox/get", { ids: [] });
    const inState = await bob.call("Mailbox/set", { ...drop, ifInState, update: { [b]: { name: "D" } } });
    expect(inState).toMatchObject({ updated: { [b]: null }, notDestroyed: { [a]: { type: "tooLarge" } } });
    expect(await kept()).toBe(501);
    expect((await bob.call("Mailbox/set", drop)).destroyed).toEqual([a]);
  });
});
