/** Lists of mail as the protocol's own schemas say that they are, whatever lies in an account. */
import { readFileSync } from "node:fs";
import { EmailsSchema, MessageMetaSchema, readMessage, shape } from "@posthorn/protocol";
import { expect, it } from "vitest";
import { letter, letterId, openAccount, putIn } from "../../objects/trial-mail.ts";
import { eachStore } from "../../store/each-store.ts";
import type { Store } from "../../store/sql.ts";
import { callerOf, methodsOn, trialJmap } from "./trial-jmap.ts";

const emails = shape(EmailsSchema);
const properties = Object.keys(MessageMetaSchema.properties);
const target = { id: letterId(9), from: { id: "bob", host: "a.test" } };

/** All of an account as lists ask for it, with the bytes. */
async function listed(store: Store, accountId: number) {
  const { call } = trialJmap(methodsOn(store), callerOf(accountId));
  return emails.parse(await call("Email/get", { ids: null, properties })).list;
}

eachStore("a list", (open) => {
  it.each<[string, object]>([
    ["a subject over lines", { type: "com.example.poll", subject: "one\ntwo\u0007three" }],
    ["a subject of 100,000 characters", { type: "com.example.poll", subject: "😀".repeat(50_000) }],
    [
      "a field “attachments” that is no list of files",
      { type: "reaction", target, emoji: "👍", attachments: 7 },
    ],
    [
      "texts where nobody expects them",
      { type: "recall", target: letterId(9), subject: ["x"], body: { a: 1 } },
    ],
  ])("shows a message with %s beside the others (CVE-2025-30355)", async (_, fields) => {
    const store = await open();
    const bob = await openAccount(store, "bob");
    await putIn(store, bob, letter());
    await putIn(store, bob, letter({ id: letterId(2), body: undefined, subject: undefined, ...fields }));
    await putIn(store, bob, letter({ id: letterId(3) }));
    expect(await listed(store, bob)).toHaveLength(3);
  });

  it("shows every message of the vectors, with its bytes as they came", async () => {
    const store = await open();
    const bob = await openAccount(store, "bob", 100_000_000);
    const vectors = new URL("../../../../vectors/messages.json", import.meta.url);
    const { messages } = JSON.parse(readFileSync(vectors, "utf8"));
    const put: string[] = [];
    for (const { valid, message, repeat } of messages) {
      if (!valid || message === undefined || repeat !== undefined) continue;
      const bytes = new TextEncoder().encode(JSON.stringify(message));
      const read = { message: readMessage(bytes), bytes, digest: new Uint8Array(32) };
      // Its files are not here; what is shown does not depend on them.
      await putIn(store, bob, read, { blobs: [] });
      put.push(JSON.stringify(message));
    }
    expect((await listed(store, bob)).map(({ wireText }) => wireText).sort()).toEqual(put.sort());
  });
});

eachStore("changes", (open) => {
  it("miss nothing that is written between one look and the next", async () => {
    const store = await open();
    const bob = await openAccount(store, "bob");
    await putIn(store, bob, letter());
    let number = 1;
    const arriving: Store = {
      dialect: store.dialect,
      write: (work) => store.write(work),
      close: () => store.close(),
      read: {
        dialect: store.read.dialect,
        get: (query) => store.read.get(query),
        async all(query) {
          const rows = await store.read.all(query);
          await putIn(store, bob, letter({ id: letterId(++number) }));
          return rows;
        },
      },
    };
    const told: string[] = [];
    let sinceState = "0";
    for (const at of [arriving, arriving, arriving, arriving, arriving, store]) {
      const changes = await trialJmap(methodsOn(at), callerOf(bob)).call("Email/changes", { sinceState });
      told.push(...changes.created);
      sinceState = changes.newState;
    }
    expect(number).toBeGreaterThan(5);
    expect(told).toEqual(Array.from({ length: number }, (_, at) => `m${at + 1}`));
  });
});
