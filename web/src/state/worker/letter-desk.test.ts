import {
  browserPlatform,
  findUnsentBytes,
  type LocalPlace,
  listDrafts,
  type Mail,
  makeApi,
  memoryPlace,
  openMail,
  soloTabs,
  type Transport,
  undoMail,
} from "@posthorn/client";
import { expect, test } from "vitest";
import type { LetterFields } from "./letter-content.ts";
import {
  addFiles,
  beginLetter,
  closeLetter,
  discardLetter,
  keepFields,
  letterOf,
  type OpenLetter,
  pauseLetterFile,
  readUploads,
} from "./letter-desk.ts";
import { sendLetter } from "./send-letter.ts";

const address = "alice@a.test";

interface Gate {
  place: LocalPlace;
  /** From now on whatever is to be written waits. Gives when something does, and what lets all of it go on in its order. */
  shut(): { isReached: Promise<void>; open(): void };
}

/** A device that is as slow as somebody wants. */
function slowPlace(): Gate {
  const place = memoryPlace();
  let gate = { isReached: Promise.withResolvers<void>(), isOpen: Promise.withResolvers<void>() };
  gate.isOpen.resolve();
  return {
    place: {
      ...place,
      open: async (schema) => {
        const store = await place.open(schema);
        return {
          ...store,
          async write(...what) {
            gate.isReached.resolve();
            await gate.isOpen.promise;
            return store.write(...what);
          },
        };
      },
    },
    shut() {
      const { isReached, isOpen } = {
        isReached: Promise.withResolvers<void>(),
        isOpen: Promise.withResolvers<void>(),
      };
      gate = { isReached, isOpen };
      return { isReached: isReached.promise, open: isOpen.resolve };
    },
  };
}

/** A server that takes each file, and knows none. */
function serverThat(takes: () => void): Transport {
  return async ({ method }) => {
    if (method === "PUT") takes();
    return { status: method === "PUT" ? 200 : 404, headers: new Map(), body: new Blob([]).stream() };
  };
}

async function begin(
  onTaken: () => void = () => undefined,
): Promise<{ mail: Mail; letter: OpenLetter; device: Gate }> {
  const device = slowPlace();
  const platform = { ...browserPlatform(), transport: serverThat(onTaken) };
  const keys = {
    find: async () => undefined,
    findRootSecret: async () => new Uint8Array(32).fill(7),
    replace: async () => undefined,
    renew: async () => false,
  };
  const session = { ...makeApi(platform, "https://a.test"), address, keys };
  const mail = await openMail(session, { place: device.place, tabs: soloTabs() });
  const letter = beginLetter(
    { mail },
    { fields: saying(""), stored: undefined, files: [], tell: () => undefined },
  );
  return { mail, letter, device };
}

function saying(body: string): LetterFields {
  return { from: address, to: ["bob@b.test"], cc: [], subject: "Lunch", body };
}

async function draftsOf(mail: Mail): Promise<string[]> {
  return (await listDrafts(mail)).drafts.map(({ letter }) => letter.body);
}

test("what is told of a letter that was kept is what was kept, not what was typed since", async () => {
  const { mail, letter, device } = await begin();
  const { isReached, open } = device.shut();
  const first = keepFields(mail, letter, saying("One"));
  await isReached;
  const second = keepFields(mail, letter, saying("One, two"));
  open();
  expect((await first).fields.body).toBe("One");
  expect((await second).fields.body).toBe("One, two");
  expect(await draftsOf(mail)).toEqual(["One, two"]);
});

test("what was thrown away is no draft again by what was still to be kept of it", async () => {
  const { mail, letter, device } = await begin();
  await keepFields(mail, letter, saying("One"));
  const { isReached, open } = device.shut();
  const closing = { fields: saying("One, two"), isEmpty: false, label: "Discard" };
  const discarded = discardLetter(mail, letter, closing);
  await isReached;
  const late = expect(keepFields(mail, letter, saying("One, two, three"))).rejects.toThrow("not open");
  open();
  expect(await discarded).not.toBeNull();
  await late;
  expect(await draftsOf(mail)).toEqual([]);
});

test("what was sent is no draft again by what was still to be kept of it", async () => {
  const { mail, letter, device } = await begin();
  await keepFields(mail, letter, saying("One"));
  const { isReached, open } = device.shut();
  const sent = sendLetter(
    { mail, signal: new AbortController().signal },
    {
      letterId: letter.id,
      fields: saying("One"),
      label: "Send",
      mayGoInTheOpen: false,
      uncompared: [],
      sendAt: null,
      undoS: 10,
    },
  );
  await isReached;
  const late = expect(keepFields(mail, letter, saying("One, two"))).rejects.toThrow("not open");
  open();
  expect((await sent).number).not.toBeNull();
  await late;
  expect(await draftsOf(mail)).toEqual([]);
});

test("a file is done when its draft knows it, so a page that dies then loses it no more", async () => {
  const taken = Promise.withResolvers<void>();
  let openDevice = (): void => undefined;
  const { mail, letter, device } = await begin(() => {
    openDevice = device.shut().open;
    taken.resolve();
  });
  addFiles(mail, letter, [new File(["The plan"], "plan.txt")]);
  const [file] = letter.files;
  await taken.promise;
  await expect.poll(() => file?.sealed).toBeDefined();
  expect(file?.state).toBe("uploading");
  const id = file?.keptAs ?? "";
  expect(await findUnsentBytes(mail, id)).toMatchObject({ sizeBytes: 8, isPaused: false });
  openDevice();
  await expect.poll(() => file?.state).toBe("done");
  expect(await findUnsentBytes(mail, id)).toBeUndefined();
  const [draft] = (await listDrafts(mail)).drafts;
  expect(draft?.letter.files?.[0]?.sealed).toBeDefined();
});

test("a file that was paused before its bytes were kept is kept when its letter is closed", async () => {
  const { mail, letter, device } = await begin();
  const kept = device.shut();
  addFiles(mail, letter, [new File(["The plan"], "plan.txt")]);
  const [file] = letter.files;
  await kept.isReached;
  const paused = pauseLetterFile(mail, letter, file?.key ?? 0);
  const closed = closeLetter(mail, letter, { fields: saying("One"), isEmpty: false, label: "Discard" });
  expect(readUploads().isAtRisk).toBe(true);
  kept.open();
  await Promise.all([paused, closed]);
  expect(readUploads()).toMatchObject({ count: 0, isAtRisk: false });
  expect(() => letterOf(letter.id)).toThrow("not open");
  const [draft] = (await listDrafts(mail)).drafts;
  const id = draft?.letter.files?.[0]?.keptAs ?? "";
  expect(await findUnsentBytes(mail, id)).toMatchObject({ sizeBytes: 8, isPaused: true });
});

test("a file comes back with its letter that was thrown away before its bytes were kept, and its end is told", async () => {
  const { mail, letter, device } = await begin();
  const told: number[] = [];
  letter.tell = () => told.push(readUploads().count);
  const kept = device.shut();
  addFiles(mail, letter, [new File(["The plan"], "plan.txt")]);
  await kept.isReached;
  const discarded = discardLetter(mail, letter, { fields: saying("One"), isEmpty: false, label: "Discard" });
  kept.open();
  const number = await discarded;
  expect(told.at(-1)).toBe(0);
  expect(await draftsOf(mail)).toEqual([]);
  await undoMail(mail, number ?? 0);
  const [draft] = (await listDrafts(mail)).drafts;
  const [file] = draft?.letter.files ?? [];
  expect(file?.sealed !== undefined || (await findUnsentBytes(mail, file?.keptAs ?? "")) !== undefined).toBe(
    true,
  );
});
