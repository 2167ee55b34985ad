/** What a person keeps on their server and only their own devices can read. */
import {
  changeSettings,
  deleteDraft,
  listDrafts,
  readSettings,
  type Session,
  saveDraft,
} from "@posthorn/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { joinAs, newDevice, type TestPerson } from "../src/people.ts";
import { startTestnet, type Testnet } from "../src/testnet.ts";

let net: Testnet;
let alice: TestPerson;
let device: Session;

beforeAll(async () => {
  net = await startTestnet({ names: ["alpha"], wire: "memory" });
  alice = await joinAs(net, net.node("alpha"), "alice");
  device = await newDevice(net.platform, alice);
});

afterAll(() => net.close());

const letter = { from: "alice@alpha.test", to: [], cc: [], subject: "Half", body: "As far as I" };

describe("a draft", () => {
  test("is there on another device, is gone on with there, and goes when it is deleted", async () => {
    const { name, revision } = await saveDraft(alice.session, letter);
    const [found] = (await listDrafts(device)).drafts;
    expect(found).toMatchObject({ name, letter, revision });
    if (found === undefined) throw new Error("there is no draft");
    await net.advance(1000);
    await saveDraft(device, { ...letter, body: "As far as I have come" }, found);
    const [newer] = (await listDrafts(alice.session)).drafts;
    expect(newer).toMatchObject({ name, letter: { body: "As far as I have come" }, revision: 2 });
    await deleteDraft(alice.session, found);
    expect(await listDrafts(device)).toEqual({ drafts: [], unreadable: [] });
  });

  test("that two devices save at once is kept by the first, and the second is told", async () => {
    const draft = await saveDraft(alice.session, letter);
    await saveDraft(device, { ...letter, body: "first" }, draft);
    await expect(saveDraft(alice.session, { ...letter, body: "second" }, draft)).rejects.toMatchObject({
      problem: { code: "changedMeanwhile" },
    });
    expect((await listDrafts(alice.session)).drafts[0]?.letter.body).toBe("first");
  });
});

describe("settings", () => {
  test("are none at first, and what two devices set at once are all there", async () => {
    expect(await readSettings(alice.session)).toEqual({});
    await Promise.all([
      changeSettings(alice.session, { theme: "dark", undoS: 10 }),
      changeSettings(device, { signature: "Alice" }),
    ]);
    const all = { theme: "dark", undoS: 10, signature: "Alice" };
    expect(await readSettings(alice.session)).toEqual(all);
    expect(await changeSettings(device, { theme: undefined })).toEqual({ undoS: 10, signature: "Alice" });
  });
});
