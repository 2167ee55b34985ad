/** What an account keeps for itself on a server that exchanges it, takes it back, or loses it at the right moment. */
import {
  listComparedHere,
  login,
  lookUpContact,
  markCompared,
  memoryPlace,
  openMail,
  readSafetyNumber,
  type Session,
  soloTabs,
} from "@posthorn/client";
import { fail, RecordsSchema, type SealedRecord, shape } from "@posthorn/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Lie, type Recording, recording, refusalOf } from "../../src/evil-server.ts";
import {
  answeringMethod,
  askingMethod,
  recordingMethods,
  swallowingSet,
  together,
} from "../../src/evil-server-jmap.ts";
import { addPuppet, newEpoch, newIdentity, nextIdentity, type Puppet } from "../../src/evil-server-keys.ts";
import { draftsOf, keepDraft, keepSettings, settingsOf } from "../../src/own-records.ts";
import { beginAnew, haveCompared, joinAs } from "../../src/people.ts";
import { recordsIn } from "../../src/records.ts";
import { published } from "./published.ts";
import { showing, startedAgain, type Victim, victim } from "./victim.ts";

const collections = ["pins", "head", "drafts", "settings"] as const;
const records = shape(RecordsSchema);
type Kept = SealedRecord & { collection: string };

let at: Victim;
let [bob, carol]: [Puppet | undefined, Puppet | undefined] = [undefined, undefined];
/** All that is kept, before anybody was compared, when Bob was, and when both were. */
let seen: Kept[];
let one: Kept[];
let all: Kept[];
/** What the server has answered before anybody was compared. */
let early: Recording;

beforeAll(async () => {
  at = await victim();
  early = together(recording("secrets"), recordingMethods("Record/get"));
  [bob, carol] = [await newContact(), await newContact()];
  const session = await at.started();
  for (const draft of ["One", "Two"]) {
    await keepDraft(session, { from: session.address, to: [], cc: [], subject: draft, body: "" });
  }
  await keepSettings(session, { theme: "dark" });
  for (const { address } of [bob, carol]) await lookUpContact(session, address);
  seen = await at.evil.lying(early.listen, async () => {
    await readsAll(await at.started());
    return keptBy(await at.started());
  });
  await haveCompared(await at.started(), bob.address);
  one = await keptBy(await at.started());
  await haveCompared(await at.started(), carol.address);
  all = await keptBy(await at.started());
});

afterAll(() => at.net.close());

let count = 0;
function newContact(): Promise<Puppet> {
  return addPuppet(at.net.node("beta"), `contact${++count}`);
}

async function keptBy(session: Session): Promise<Kept[]> {
  const kept: Kept[] = [];
  for (const collection of collections) {
    const records = await recordsIn(session, collection);
    kept.push(...records.map((record) => ({ ...record, collection })));
  }
  return kept;
}

/** Reads everything there is, as a person does in the course of a day, who is told of drafts that cannot be read. */
async function readsAll(session: Session): Promise<void> {
  for (const puppet of [bob, carol]) await lookUpContact(session, puppet?.address ?? "");
  const { unreadable } = await draftsOf(session);
  if (unreadable.length > 0) fail("notOpened", `${unreadable.length} drafts: was changed there or exchanged`);
  await settingsOf(session);
}

async function refusalOn(lies: Lie | readonly Lie[]): Promise<unknown> {
  const device = await at.started();
  return at.evil.lying(lies, () => refusalOf(readsAll(device)));
}

/** Gives another record wherever this one is asked for. */
function giving(asked: Kept, given: SealedRecord): Lie {
  const { id, revision, sealed } = given;
  return changingRecords((records) =>
    records.map((record) => (record.id === asked.id ? { id, revision, sealed } : record)),
  );
}

/** Gives other records in the place of those that are asked for. */
function changingRecords(change: (records: readonly SealedRecord[]) => readonly SealedRecord[]): Lie {
  return answeringMethod("Record/get", (answered) => ({
    ...answered,
    list: change(records.parse(answered).list),
  }));
}

/** Has none of these records, when they are asked for by name. */
function without(which: (id: string) => boolean): Lie {
  return answeringMethod("Record/get", (answered, asked) => {
    if (!Array.isArray(asked.ids)) return answered;
    const { list, notFound } = records.parse(answered);
    const gone = list.filter(({ id }) => which(id)).map(({ id }) => id);
    return { ...answered, list: list.filter(({ id }) => !which(id)), notFound: [...notFound, ...gone] };
  });
}

function pinsOf(kept: readonly Kept[]): Kept[] {
  return kept.filter(({ collection }) => collection === "pins");
}

/** As it is there, which has been written since these. */
function writtenSince(before: readonly Kept[]): { newer: Kept; older: Kept } {
  for (const newer of pinsOf(all)) {
    const older = before.find(({ id }) => id === newer.id);
    if (older !== undefined && older.revision < newer.revision) return { newer, older };
  }
  throw new Error("no pin was written since");
}

const older = { code: "notOpened", says: expect.stringContaining("an older state of what you have kept") };
const changed = { code: "notOpened", says: expect.stringContaining("was changed there or exchanged") };

const refused = {
  code: "notOpened",
  says: expect.stringMatching(/an older state of what you have kept|was changed there or exchanged/),
};

describe("a record", () => {
  test("is read by its owner while the server is honest", async () => {
    expect(all.map(({ collection }) => collection)).toEqual([
      "pins",
      "pins",
      "head",
      "drafts",
      "drafts",
      "settings",
    ]);
    expect(await refusalOn([])).toBeUndefined();
  });

  test(`${published.passwordsItems}: every one for every other, under either number`, async () => {
    for (const asked of all) {
      for (const given of all) {
        if (asked === given) continue;
        for (const { revision } of [asked, given]) {
          const { sealed } = given;
          expect(await refusalOn(giving(asked, { id: asked.id, revision, sealed }))).toEqual(refused);
        }
      }
    }
  });

  test("of another name than was asked for is none", async () => {
    const [first, second] = pinsOf(all);
    const instead = askingMethod("Record/get", (asked) =>
      Array.isArray(asked.ids) && asked.ids.includes(first?.id)
        ? { ...asked, ids: [second?.id ?? ""] }
        : asked,
    );
    expect(await refusalOn(instead)).toEqual({
      code: "notOpened",
      says: expect.stringContaining("another record than was asked for"),
    });
  });

  test(`${published.passwordsBits}: with one bit changed`, async () => {
    for (const asked of all) {
      const letter = asked.sealed[100] === "A" ? "B" : "A";
      const sealed = `${asked.sealed.slice(0, 100)}${letter}${asked.sealed.slice(101)}`;
      expect(await refusalOn(giving(asked, { ...asked, sealed }))).toEqual(changed);
    }
  });

  test("of another account of the same server", async () => {
    const { platform } = at.evil;
    const eve = await joinAs(at.net, at.net.node("alpha"), "eve", { platform });
    await lookUpContact(eve.session, bob?.address ?? "");
    const [hers] = await keptBy(await startedAgain(at.evil, eve));
    if (hers === undefined) throw new Error("she keeps a pin");
    for (const asked of pinsOf(all)) {
      expect(await refusalOn(giving(asked, { ...hers, id: asked.id }))).toEqual(refused);
      expect(await refusalOn(giving(asked, { ...asked, sealed: hers.sealed }))).toEqual(changed);
    }
  });
});

describe("what is known of contacts", () => {
  test("is not shown as it was seen last while the server answers with something older, or with nothing", async () => {
    const session = await at.started();
    const mail = await openMail(session, { place: memoryPlace(), tabs: soloTabs() });
    const both = [bob, carol].map((puppet) => ({ address: puppet?.address, isChanged: false }));
    expect(await listComparedHere(mail)).toEqual(expect.arrayContaining(both));
    const { newer, older: before } = writtenSince(seen);
    for (const lie of [giving(newer, before), without((id) => id === newer.id)]) {
      expect(await at.evil.lying(lie, () => refusalOf(listComparedHere(mail)))).toEqual(refused);
    }
    await mail.store.close();
  });

  test.each([
    ["before anybody was compared", () => seen],
    ["before the last one was compared", () => one],
  ])(`${published.passwordsReplay}: the pin as it was %s`, async (_, before) => {
    const { newer, older: past } = writtenSince(before());
    expect(await refusalOn(giving(newer, past))).toEqual(older);
    expect(await refusalOn(giving(newer, { ...past, revision: newer.revision }))).toEqual(changed);
  });

  test("a pin that is gone", async () => {
    for (const pin of pinsOf(all)) {
      expect(await refusalOn(without((id) => id === pin.id))).toEqual(older);
    }
  });

  test("the head, gone, or the one before it in its place", async () => {
    const [past, head] = [one, all].map((kept) => kept.find(({ collection }) => collection === "head"));
    if (past === undefined || head === undefined) throw new Error("there is a head");
    expect(await refusalOn(without((id) => id === head.id))).toEqual(older);
    expect(await refusalOn(giving(head, { ...past, id: head.id }))).toEqual(changed);
  });

  test(`${published.keytransStateLoss}: a new device that is given the vault of before`, async () => {
    const { address, password } = at.alice;
    const device = await login(at.evil.platform, { address, password });
    const vault = pinsOf(seen).map((past) => giving(past, past));
    expect(await at.evil.lying(vault, () => refusalOf(readsAll(device)))).toEqual(older);
    expect(await lookUpContact(device, bob?.address ?? "")).toMatchObject({ isCompared: true });
  });

  test("a new device that is given the statements of before as well knows nobody as compared, and a change is told all the same", async () => {
    const { address, password } = at.alice;
    const puppet = bob ?? (await newContact());
    const { epoch } = await newEpoch(at.net.clock.now());
    const chain = [...puppet.chain, await nextIdentity(puppet.chain, await newIdentity(), epoch)];
    await at.evil.lying([early.replay, swallowingSet("Record/set"), showing(puppet, chain)], async () => {
      const device = await login(at.evil.platform, { address, password });
      const contact = await lookUpContact(device, puppet.address);
      expect(contact).toMatchObject({ kind: "sealed", isCompared: false, news: "reset" });
    });
    expect(await lookUpContact(await at.started(), puppet.address)).toMatchObject({ isCompared: true });
  });

  test("a pin of somebody seen since the last head, gone, is one who is seen for the first time", async () => {
    const dave = await newContact();
    expect(await lookUpContact(await at.started(), dave.address)).toMatchObject({ news: "firstSeen" });
    expect(await lookUpContact(await at.started(), dave.address)).toMatchObject({ news: undefined });
    const known = new Set(all.map(({ id }) => id));
    const gone = without((id) => !known.has(id));
    const device = await at.started();
    await at.evil.lying([gone, swallowingSet("Record/set")], async () => {
      expect(await lookUpContact(device, dave.address)).toMatchObject({ news: "firstSeen" });
    });
  });
});

describe("at the moment when the vault is vouched for", () => {
  async function compares(lies: Lie | readonly Lie[], address: string): Promise<unknown> {
    const device = await at.started();
    const { safetyNumber } = await readSafetyNumber(device, address);
    return at.evil.lying(lies, () => refusalOf(markCompared(device, address, safetyNumber)));
  }

  test("an older pin of somebody else is not vouched for", async () => {
    const erin = await newContact();
    await lookUpContact(await at.started(), erin.address);
    const { newer, older: past } = writtenSince(seen);
    expect(await compares(giving(newer, past), erin.address)).toEqual(older);
    expect(await compares([], erin.address)).toBeUndefined();
  });

  test(`${published.ackedAndLost}: neither is the state before of who is being compared`, async () => {
    const erin = await newContact();
    await lookUpContact(await at.started(), erin.address);
    expect(await compares(swallowingSet("Record/set"), erin.address)).toEqual(older);
    expect(await lookUpContact(await at.started(), erin.address)).toMatchObject({ isCompared: false });
    expect(await compares([], erin.address)).toBeUndefined();
    expect(await lookUpContact(await at.started(), erin.address)).toMatchObject({ isCompared: true });
  });

  test(`${published.passwordsRotation}: nothing is taken over into a new identity that was taken back`, async () => {
    const device = await at.started();
    const { newer, older: past } = writtenSince(seen);
    const passwords = { current: at.alice.password, next: "a password nobody knows" };
    for (const lie of [
      giving(newer, past),
      changingRecords((given) => given.filter(({ id }) => id !== newer.id)),
    ]) {
      expect(await at.evil.lying(lie, () => refusalOf(beginAnew(device, passwords)))).toEqual(older);
    }
    expect(await refusalOn([])).toBeUndefined();
  });
});

test("drafts and settings are vouched for by nothing: an older one is known by its date, and nothing is written over it", async () => {
  const session = await at.started();
  const [draft] = (await draftsOf(session)).drafts;
  const past = all.find((kept) => kept.id === draft?.id);
  if (draft === undefined || past === undefined) throw new Error("the draft is kept");
  await at.net.advance(60_000);
  const letter = { from: session.address, to: [], cc: [], subject: "Three", body: "" };
  const saved = await keepDraft(session, letter, draft);
  await at.evil.lying(giving(past, past), async () => {
    const given = (await draftsOf(session)).drafts.find(({ name }) => name === draft.name);
    expect(Date.parse(given?.savedAt ?? "")).toBeLessThan(Date.parse(saved.savedAt));
    const over = keepDraft(session, { ...letter, subject: "Four" }, given);
    expect(await refusalOf(over)).toMatchObject({ code: "unavailable" });
  });
  const now = (await draftsOf(session)).drafts.find(({ name }) => name === draft.name);
  expect(now).toMatchObject({ letter: { subject: "Three" } });
});
