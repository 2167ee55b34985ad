/** Two devices of somebody who writes on the same drafts on both, while their wires fail and they are closed at random. */
import {
  changeSettings,
  listDrafts,
  login,
  readSettings,
  removeDraft,
  saveDraft,
  undoMail,
} from "@posthorn/client";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isUpToDate, newDevice, type TestDevice } from "../src/devices.ts";
import { joinAs, type TestPerson } from "../src/people.ts";
import { seededRandom } from "../src/seeded-random.ts";
import { startTestnet, type Testnet } from "../src/testnet.ts";

const steps = 250;
const mostDrafts = 6;
let net: Testnet;
let alice: TestPerson;
const devices: TestDevice[] = [];

beforeEach(async () => {
  net = await startTestnet({ names: ["alpha"], wire: "memory" });
  alice = await joinAs(net, net.node("alpha"), "alice");
});
afterEach(async () => {
  for (const device of devices.splice(0)) await device.close();
  await net.close();
});

async function aliceOn(): Promise<TestDevice> {
  const device = await newDevice(net.platform, (platform) => login(platform, alice));
  devices.push(device);
  await device.open();
  return device;
}

async function shown({ mail }: TestDevice) {
  const { drafts, unreadable } = await listDrafts(mail);
  expect(unreadable).toEqual([]);
  const sorted = drafts.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return sorted.map(({ name, letter, versions }) => ({ name, letter, versions }));
}

test(`after ${steps} steps both devices have the same drafts and settings, and no word is lost`, async () => {
  const seed = Number(process.env.POSTHORN_SEED ?? Date.now() % 2 ** 31);
  console.log(`seed ${seed}`);
  const random = seededRandom(seed);
  const words = new Map<string, Set<string>>();
  const removed = new Set<string>();
  const all = [await aliceOn(), await aliceOn()];
  let count = 0;
  for (let step = 0; step < steps; step++) {
    const device = all[random.int(all.length)];
    if (device === undefined) throw new Error("There are two.");
    const { mail, wire } = device;
    const { drafts } = await listDrafts(mail);
    const draft = drafts[random.int(Math.max(drafts.length, 1))];
    const kind = random.int(100);
    const word = `word${count++}`;
    if (kind < 45) {
      const isNew = draft === undefined || (words.size < mostDrafts && random.int(8) === 0);
      const before = isNew ? { from: alice.address, to: [], cc: [], subject: "", body: "" } : draft.letter;
      const field = random.int(3) === 0 ? "subject" : "body";
      const letter = { ...before, [field]: `${before[field]} ${word}` };
      const { name } = await saveDraft(mail, letter, isNew ? undefined : draft);
      words.set(name, (words.get(name) ?? new Set()).add(word));
    } else if (kind < 50) {
      await changeSettings(mail, { [`key${random.int(4)}`]: random.int(3) === 0 ? undefined : word });
    } else if (kind < 54 && draft !== undefined) {
      removed.add(draft.name);
      await removeDraft(mail, "Removed", draft);
      if (random.int(2) === 0) await undoMail(mail);
    } else if (kind < 62) {
      wire.isUp = false;
      wire.cut();
    } else if (kind < 72) wire.isUp = true;
    else if (kind < 78) wire.fate = () => (["lost", "unanswered", "well"] as const)[random.int(3)] ?? "well";
    else if (kind < 84) wire.fate = () => "well";
    else if (kind < 87) {
      await device.close();
      await device.open();
    } else await net.advance(random.int(20_000));
    if (random.int(3) === 0) await new Promise((next) => setTimeout(next, 2));
  }
  for (const { wire } of all) {
    wire.isUp = true;
    wire.fate = () => "well";
  }
  await toRest(all);
  const [one, two] = await Promise.all(all.map(shown));
  expect(one).toEqual(two);
  const [first, second] = await Promise.all(all.map(({ mail }) => readSettings(mail)));
  expect(first).toEqual(second);
  for (const [name, written] of words) {
    if (removed.has(name)) continue;
    const text = JSON.stringify(one?.find((draft) => draft.name === name));
    const lost = [...written].filter((word) => !new RegExp(`${word}\\b`).test(text ?? ""));
    expect({ name, lost }).toEqual({ name, lost: [] });
  }
}, 240_000);

/** Until both have told all and heard all. */
async function toRest(all: readonly TestDevice[]): Promise<void> {
  for (let turn = 0; turn < 300; turn++) {
    await net.advance(5_000);
    await new Promise((next) => setTimeout(next, 20));
    const isDone = (await Promise.all(all.map(isUpToDate))).every(Boolean);
    const [one, two] = await Promise.all(all.map(async (device) => JSON.stringify(await shown(device))));
    if (isDone && one === two && turn > 20) return;
  }
}
