/** What is kept on a device of files that have not gone up: it stays for as long as a draft may name it. */
import {
  callJmap,
  doSettings,
  draftTables,
  findUnsentBytes,
  forgetUnneededBytes,
  keepUnsentBytes,
  listDrafts,
  login,
  removeUnreadableDrafts,
  saveDraft,
  syncStates,
  type UnsentLetter,
} from "@posthorn/client";
import { uuidV7 } from "@posthorn/protocol";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isUpToDate, newDevice, type TestDevice, until } from "../src/devices.ts";
import { joinAs, type TestPerson } from "../src/people.ts";
import { startTestnet, type Testnet } from "../src/testnet.ts";

let net: Testnet;
let alice: TestPerson;
let device: TestDevice;

beforeEach(async () => {
  net = await startTestnet({ names: ["alpha"], wire: "memory" });
  alice = await joinAs(net, net.node("alpha"), "alice");
  device = await newDevice(net.platform, (platform) => login(platform, alice));
  await device.open();
  await until(() => isUpToDate(device));
});
afterEach(async () => {
  await device.close();
  await net.close();
});

/** The id it is kept under. */
async function keepFile(): Promise<string> {
  const { clock, randomBytes } = net.platform;
  const id = uuidV7(clock.now(), randomBytes(16));
  const read = async function* () {
    yield new Uint8Array(3);
  };
  await keepUnsentBytes(device.mail, id, { sizeBytes: 3, read });
  return id;
}

function letterWith(keptAs: string, body = "See the file."): UnsentLetter {
  const file = { messageId: "m", place: 0, filename: "a.txt", mimeType: "text/plain", sizeBytes: 3, keptAs };
  return { from: alice.address, to: [], cc: [], subject: "", body, files: [file] };
}

/** As an update leaves it that has changed what is kept: what the server has is read anew. */
async function forgetWhatServerHas(): Promise<void> {
  const [records] = draftTables.filter(({ name }) => name === "draftRecords");
  if (records === undefined) throw new Error("There is no such table.");
  await device.mail.store.write([records, syncStates], async (writer) => {
    await writer.clear(records);
    await writer.clear(syncStates);
  });
}

test("files stay while the drafts that name them are read anew after an update", async () => {
  const [named, unnamed] = [await keepFile(), await keepFile()];
  await saveDraft(device.mail, letterWith(named));
  await until(() => isUpToDate(device));
  await device.close();
  device.wire.isUp = false;
  await device.open();
  await net.advance(2 * 60 * 60_000);
  await forgetWhatServerHas();
  await forgetUnneededBytes(device.mail);
  expect(await findUnsentBytes(device.mail, named)).toBeDefined();
  expect(await findUnsentBytes(device.mail, unnamed)).toBeDefined();

  device.wire.isUp = true;
  await device.close();
  await device.open();
  await until(() => isUpToDate(device));
  await forgetUnneededBytes(device.mail);
  expect(await findUnsentBytes(device.mail, named)).toBeDefined();
  expect(await findUnsentBytes(device.mail, unnamed)).toBeUndefined();
});

test("files stay that only a version of a draft names, which gave way to a newer one", async () => {
  const id = await keepFile();
  const base = await saveDraft(device.mail, { ...letterWith(id), files: [] });
  await saveDraft(device.mail, letterWith(id), base);
  await net.advance(1_000);
  const newer = await saveDraft(device.mail, { ...letterWith(await keepFile()), subject: "Newer" }, base);
  expect(newer.letter.files?.map(({ keptAs }) => keptAs)).not.toContain(id);
  expect(newer.versions.flatMap(({ letter }) => letter.files ?? []).map(({ keptAs }) => keptAs)).toContain(
    id,
  );
  await until(() => isUpToDate(device));
  await net.advance(2 * 60 * 60_000);
  await until(() => isUpToDate(device));
  await forgetUnneededBytes(device.mail);
  expect(await findUnsentBytes(device.mail, id)).toBeDefined();
});

test("files that a draft may name which nobody can open stay until that is thrown away, and cannot come back any more", async () => {
  const id = await keepFile();
  const create = { strange: { id: "strange", sealed: "AAAA" } };
  const given = { collection: "drafts", create };
  await callJmap(alice.session, [{ method: "Record/set", arguments: given }]);
  await until(async () => (await listDrafts(device.mail)).unreadable.length === 1);
  await net.advance(2 * 60 * 60_000);
  await forgetUnneededBytes(device.mail);
  expect(await findUnsentBytes(device.mail, id)).toBeDefined();
  await removeUnreadableDrafts(device.mail, "Discarded", ["strange"]);
  await until(() => isUpToDate(device));
  await forgetUnneededBytes(device.mail);
  expect(await findUnsentBytes(device.mail, id)).toBeDefined();

  for (let count = 0; count < 50; count++) await doSettings(device.mail, "Set", { count });
  await until(() => isUpToDate(device));
  await device.close();
  await device.open();
  await until(() => isUpToDate(device));
  await forgetUnneededBytes(device.mail);
  expect(await findUnsentBytes(device.mail, id)).toBeUndefined();
});
