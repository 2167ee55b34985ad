/** Mail kept in a browser's IndexedDB, by a dedicated worker, as tests and measurements ask for it. */
import {
  browserPlatform,
  browserTabs,
  changeEmails,
  emails,
  findOpened,
  getMailboxOf,
  indexedDbPlace,
  type LocalStore,
  LocalStoreError,
  login,
  type Mail,
  openEmail,
  openMail,
  rowTable,
  statuses,
  syncMail,
} from "@posthorn/client";
import { storeCases } from "@posthorn/client/store-cases";

declare function postMessage(message: { answer?: unknown; error?: string }): void;
declare function addEventListener(
  type: "message",
  listener: (event: { data: { step: keyof LocalSteps; input: never } }) => Promise<void>,
): void;
declare const IDBObjectStore: { prototype: { getAllRecords?: unknown } };
declare const IDBIndex: { prototype: { getAllRecords?: unknown } };

interface Letter {
  id: string;
  at: number;
  box: string;
  subject: string;
}

const letters = rowTable({
  name: "letters",
  keyOf: ({ id }: Letter) => id,
  matches: (value): value is Letter => typeof value === "object" && value !== null && "subject" in value,
  indexes: { byBox: { keysOf: ({ box, at, id }: Letter) => [[box, at, id]] } },
});

const tabs = browserTabs();
const place = indexedDbPlace("shared", tabs);
let opening: Promise<LocalStore> | undefined;
let caseCount = 0;
let heardCount = 0;
let opened: Mail | undefined;

const steps = {
  /** Of the cases of every store those that fail, with why; as an older browser too, which reads backwards otherwise. */
  async runCases({ isOlder }: { isOlder: boolean }) {
    if (isOlder) {
      delete IDBObjectStore.prototype.getAllRecords;
      delete IDBIndex.prototype.getAllRecords;
    }
    const outcomes: { name: string; found: string }[] = [];
    for (const { name, run } of storeCases) {
      const found = await run(() => indexedDbPlace(`case ${caseCount++}`, tabs)).then(
        () => "so it is",
        String,
      );
      outcomes.push({ name, found });
    }
    return outcomes;
  },

  /** Puts so many letters in one transaction. */
  async put({ from, count }: { from: number; count: number }) {
    const rows = Array.from({ length: count }, (_, at) => letter(from + at));
    await (await store()).write([letters], (writer) => writer.put(letters, rows));
  },

  async count(_: unknown) {
    return (await store()).count(letters);
  },

  async listen(_: unknown) {
    (await store()).subscribe([letters], () => heardCount++);
  },

  async heard(_: unknown) {
    return heardCount;
  },

  /** Puts letters in a transaction that does not end. */
  async stayInTheMiddle({ from, count }: { from: number; count: number }) {
    const rows = Array.from({ length: count }, (_, at) => letter(from + at));
    const kept = await store();
    return new Promise<number>((inTheMiddle) => {
      kept
        .write([letters], async (writer) => {
          await writer.put(letters, rows);
          inTheMiddle(await writer.count(letters));
          while (true) await writer.count(letters);
        })
        .catch(() => undefined);
    });
  },

  /** Holds a lock until the page is closed. */
  async holdLock({ name }: { name: string }) {
    return new Promise<string>((held) => {
      const forever = async () => {
        held("held");
        await new Promise(() => undefined);
      };
      tabs.withLock(name, new AbortController().signal, forever).catch(() => undefined);
    });
  },

  /** True when the lock was got within this time. */
  async getLock({ name, withinMs }: { name: string; withinMs: number }) {
    return tabs.withLock(name, AbortSignal.timeout(withinMs), async () => true).catch(() => false);
  },

  /** The fault that putting ran into, undefined when there was room. */
  async fill({ count }: { count: number }) {
    const rows = Array.from({ length: count }, (_, at) => ({
      ...letter(at),
      id: `fill${at}`,
      subject: String.fromCodePoint(...crypto.getRandomValues(new Uint8Array(20_000))),
    }));
    try {
      await (await store()).write([letters], (writer) => writer.put(letters, rows));
      return undefined;
    } catch (error) {
      return error instanceof LocalStoreError ? error.fault : String(error);
    }
  },

  async remove(_: unknown) {
    await place.remove();
    opening = undefined;
  },

  /** Signs in, and keeps that account's mail here from now on. */
  async keepMail(who: { address: string; password: string }) {
    const session = await login(browserPlatform(), who);
    opened = await openMail(session, { place: indexedDbPlace(`mail of ${session.address}`, tabs), tabs });
    syncMail(opened, new AbortController().signal).catch((error: unknown) => console.error(error));
  },

  async status(_: unknown) {
    return (await mail().store.get(statuses, "status"))?.state;
  },

  /** What was opened here before, or can be opened now, of the inbox; the newest first. */
  async inbox({ isOffline }: { isOffline: boolean }) {
    const { id: mailboxId } = await getMailboxOf(mail(), "inbox");
    const found = await mail().store.list(emails, { by: "byMailbox", prefix: [mailboxId], reverse: true });
    const seen: { id: string; keywords: string[]; subject: unknown }[] = [];
    for (const { id, keywords } of found) {
      const letter = isOffline ? await findOpened(mail(), id) : await openEmail(mail(), id);
      const subject =
        letter !== undefined && "subject" in letter.message ? letter.message.subject : undefined;
      seen.push({ id, keywords: Object.keys(keywords), subject });
    }
    return seen;
  },

  async star({ id }: { id: string }) {
    await changeEmails(mail(), "Starred", [id], { kind: "keywords", set: { $flagged: true } });
  },

  /** How long it takes in milliseconds, the middle of several, with so many letters kept. */
  async measure({ count }: { count: number }) {
    const kept = await store();
    const startedAtMs = performance.now();
    for (let from = 0; from < count; from += 1_000) await steps.put({ from, count: 1_000 });
    const filledMs = performance.now() - startedAtMs;
    const newest = () => kept.list(letters, { by: "byBox", prefix: ["inbox"], reverse: true, limit: 50 });
    const again = Array.from({ length: 1_000 }, (_, at) => letter(count + at));
    return {
      fillMsPerThousand: filledMs / (count / 1_000),
      pageMs: await middleMs(newest),
      getMs: await middleMs(() => kept.get(letters, "m77")),
      putThousandMs: await middleMs(() => kept.write([letters], (writer) => writer.put(letters, again))),
    };
  },
};

export type LocalSteps = typeof steps;

addEventListener("message", async ({ data: { step, input } }) => {
  try {
    postMessage({ answer: await steps[step](input) });
  } catch (error) {
    postMessage({ error: String(error) });
  }
});

function mail(): Mail {
  if (opened === undefined) throw new Error("No mail is kept here.");
  return opened;
}

function store(): Promise<LocalStore> {
  opening ??= place.open({ version: 1, tables: [letters] });
  return opening;
}

function letter(at: number): Letter {
  return {
    id: `m${at}`,
    at: 1_700_000_000_000 + at,
    box: at % 2 === 0 ? "inbox" : "archive",
    subject: `Number ${at}, ${"about what there is to say ".repeat(8)}`,
  };
}

async function middleMs(step: () => Promise<unknown>): Promise<number> {
  const tookMs: number[] = [];
  for (let round = 0; round < 21; round++) {
    const startedAtMs = performance.now();
    await step();
    tookMs.push(performance.now() - startedAtMs);
  }
  return tookMs.sort((a, b) => a - b)[10] ?? 0;
}
