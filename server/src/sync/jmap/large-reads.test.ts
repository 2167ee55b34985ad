/** What much mail in one request costs, and who waits for it. */
import { expect, it } from "vitest";
import { letter, letterId, openAccount, putIn } from "../../objects/trial-mail.ts";
import { onSqlite } from "../../store/each-store.ts";
import type { Store } from "../../store/sql.ts";
import { mailTexts } from "./mail-texts.ts";
import type { Methods } from "./method.ts";
import { blobOpener, type OpenBlob } from "./open-blob.ts";
import { searchSnippetMethods } from "./search-snippet-methods.ts";
import { type Answer, callerOf, methodsOn, trialJmap } from "./trial-jmap.ts";

const open = onSqlite();

async function begin(more: (store: Store) => object = () => ({})) {
  const store = await open();
  const accountId = await openAccount(store, "bob", 1e9);
  let readings = 0;
  const count = ({ strings }: { strings: readonly string[] }) => {
    if (strings.join().includes("message_bytes")) readings += 1;
  };
  const counting: Store = {
    dialect: store.dialect,
    close: () => store.close(),
    write: (work) => store.write(work),
    read: {
      dialect: store.dialect,
      get(query) {
        count(query);
        return store.read.get(query);
      },
      all(query) {
        count(query);
        return store.read.all(query);
      },
    },
  };
  const methods = methodsOn(counting, more(counting));
  const jmap = trialJmap(methods, callerOf(accountId));
  return { store, accountId, methods, ...jmap, readings: () => readings };
}

/** A blob for `openBlob`: a mail with so much text. */
function mailOf(subject: string, characters: number) {
  const line = `${"x".repeat(70)}\r\n`;
  const text = `Subject: ${subject}\r\n\r\n${line.repeat(Math.ceil(characters / line.length))}`;
  const bytes = new TextEncoder().encode(text);
  return {
    size: bytes.length,
    type: undefined,
    body: (async function* () {
      yield bytes;
    })(),
  };
}

function neverRead(): never {
  throw new Error("a mail has its parts in it");
}

/** The same with parts, of which the first has the text. */
function mailInParts(count: number, characters: number) {
  const parts = Array.from(
    { length: count },
    (_, at) =>
      `--x\r\n\r\npart ${at % 10} ${at === 0 ? "" : "small"}${"y".repeat(at === 0 ? characters : 0)}\r\n`,
  );
  const text = `Subject: Parts\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n${parts.join("")}--x--\r\n`;
  const bytes = new TextEncoder().encode(text);
  return {
    size: bytes.length,
    type: undefined,
    body: (async function* () {
      yield bytes;
    })(),
  };
}

const importing = { openBlob: async ({ blobId }: { blobId: string }) => mailOf(blobId, 3_000_000) };

async function importSome(bob: { call(name: string, args: object): Promise<Answer> }, count: number) {
  const numbers = Array.from({ length: count }, (_, at) => at);
  const emails = Object.fromEntries(
    numbers.map((at) => [`k${at}`, { blobId: `b${`${at}`.padStart(64, "0")}`, mailboxIds: { f1: true } }]),
  );
  const { created } = await bob.call("Email/import", { emails });
  return numbers.map((at): string => created[`k${at}`].id);
}

it("a large mail is read and parsed once in a request, however many of its calls ask for it", async () => {
  const bob = await begin(() => importing);
  const [id] = await importSome(bob, 1);
  const before = bob.readings();
  const ask = (property: string, call: number) =>
    ["Email/get", { accountId: bob.id, ids: [id], properties: [property] }, `${call}`] as const;
  const asked = ["headers", "bodyStructure", "textBody", "attachments", "header:subject"];
  const answers = await bob.ask(asked.map(ask));
  expect(answers.map(([name]: Answer) => name)).toEqual(asked.map(() => "Email/get"));
  expect(answers[4][1].list[0]["header:subject"]).toContain("000");
  expect(bob.readings() - before).toBe(1);
  await bob.ask([ask("headers", 0)]);
  expect(bob.readings() - before).toBe(2);
});

it("a large mail is parsed once however many of its parts are asked for", async () => {
  const bob = await begin((store) => {
    const files = { sizeBytes: async () => undefined, stream: () => neverRead() };
    const opened = blobOpener({ store, files, folder: "" });
    const openBlob: OpenBlob = (wanted) =>
      wanted.blobId.startsWith("b") ? Promise.resolve(mailInParts(30, 3_000_000)) : opened(wanted);
    return { openBlob };
  });
  const [id = ""] = await importSome(bob, 1);
  const ids = Array.from({ length: 30 }, (_, at) => `p${id.slice(1)}-${at + 1}`);
  const before = bob.readings();
  const get = ["Blob/get", { accountId: bob.id, ids, properties: ["data:asText"] }, "0"] as const;
  const [[, { list, notFound }]] = await bob.ask([get]);
  expect(notFound).toEqual([]);
  expect(list.map((one: Answer) => one["data:asText"].slice(0, 6))).toEqual(
    ids.map((_, at) => `part ${at % 10}`),
  );
  expect(bob.readings() - before).toBe(1);
});

it("what was changed between two calls of a request is read anew", async () => {
  const bob = await begin(() => importing);
  const [id = ""] = await importSome(bob, 1);
  const get = (call: string) =>
    ["Email/get", { accountId: bob.id, ids: [id], properties: ["keywords", "headers"] }, call] as const;
  const answers = await bob.ask([
    get("0"),
    ["Email/set", { accountId: bob.id, update: { [id]: { "keywords/$flagged": true } } }, "1"],
    get("2"),
  ]);
  expect(answers[2][1].list[0].keywords).toEqual({ $flagged: true });
  expect(answers[2][1].list[0].headers).toEqual(answers[0][1].list[0].headers);
});

it("a request parses 256 MiB of mail, and is told to ask in another one for more", async () => {
  const bob = await begin(() => importing);
  const ids = await importSome(bob, 20);
  const get = (call: number) =>
    ["Email/get", { accountId: bob.id, ids, properties: ["bodyStructure"] }, `${call}`] as const;
  const errors = (await bob.ask(Array.from({ length: 8 }, (_, call) => get(call)))).filter(
    ([name]: Answer) => name === "error",
  );
  // What is kept is not parsed again, and there is room for 64 MiB of that.
  expect(errors).toEqual([]);
  const parse = (call: number) =>
    ["Email/parse", { accountId: bob.id, blobIds: ids.map((one) => `e${one.slice(1)}`) }, `${call}`] as const;
  const parsed = await bob.ask(Array.from({ length: 8 }, (_, call) => parse(call)));
  expect(parsed.map(([name, { type }]: Answer) => type ?? name)).toEqual([
    ...Array.from({ length: 4 }, () => "Email/parse"),
    ...Array.from({ length: 4 }, () => "requestTooLarge"),
  ]);
});

/** A mail in base64 with so many characters of text, as a blob and stored. */
async function beginCoded(characters: number) {
  const text = Buffer.from("x".repeat(characters)).toString("base64").replaceAll(/.{76}/g, "$&\r\n");
  const head = "Subject: coded\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n";
  const bytes = new TextEncoder().encode(`${head}${text}`);
  const bob = await begin((store) => {
    const files = { sizeBytes: async () => undefined, stream: () => neverRead() };
    const opened = blobOpener({ store, files, folder: "" });
    const openBlob: OpenBlob = async (wanted) =>
      wanted.blobId.startsWith("b")
        ? {
            size: bytes.length,
            type: undefined,
            body: (async function* () {
              for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
            })(),
          }
        : opened(wanted);
    return { openBlob };
  });
  const [id = ""] = await importSome(bob, 1);
  const many = (name: string, args: object, count = 64) =>
    bob.ask(
      Array.from({ length: count }, (_, at) => [name, { accountId: bob.id, ...args }, `${at}`] as const),
    );
  return { ...bob, mailId: id, many };
}

const typesOf = (answers: Answer) => answers.map(([name, { type }]: Answer) => type ?? name);
const tooLarge = (answers: Answer) => typesOf(answers).filter((type: string) => type === "requestTooLarge");

it("what is decoded of a large mail is paid for at each use, though the mail is read once", async () => {
  const { many, mailId } = await beginCoded(12_000_000);
  const cut = { properties: ["bodyValues"], fetchAllBodyValues: true, maxBodyValueBytes: 10 };
  const texts = await many("Email/get", { ids: [mailId], ...cut });
  // 16 MB are read and decoded, and 12 MB made text of twenty times.
  expect(typesOf(texts).slice(0, 19)).toEqual(Array.from({ length: 19 }, () => "Email/get"));
  expect(texts[0][1].list[0].bodyValues["1"].value).toBe("xxxxxxxxxx");
  expect(tooLarge(texts).length).toBeGreaterThan(40);
  // How large its parts are is counted once.
  const sizes = await many("Email/get", { ids: [mailId], properties: ["bodyStructure", "textBody"] });
  expect(tooLarge(sizes)).toEqual([]);
  expect(sizes[63][1].list[0].textBody[0].size).toBe(12_000_000);
});

it("what Blob/get reads of large blobs is paid for as well", async () => {
  const { many, mailId } = await beginCoded(12_000_000);
  const properties = ["digest:sha", "digest:sha-256", "digest:sha-512"];
  const numbered = mailId.slice(1);
  for (const blobId of [`e${numbered}`, `j${numbered}`, `p${numbered}-1`, `b${"0".repeat(64)}`]) {
    const answers = await many("Blob/get", { ids: [blobId], properties });
    expect(typesOf(answers).slice(0, 4), blobId).toEqual(Array.from({ length: 4 }, () => "Blob/get"));
    expect(tooLarge(answers).length, blobId).toBeGreaterThan(50);
  }
});

/** How often others have their turn meanwhile. */
async function ticksDuring(work: () => Promise<Answer>): Promise<number> {
  let ticks = 0;
  let isOver = false;
  const tick = () => {
    ticks += 1;
    if (!isOver) setImmediate(tick);
  };
  setImmediate(tick);
  expect(tooLarge(await work())).toEqual([]);
  isOver = true;
  return ticks;
}

it("others have their turn while a large mail is gone through", async () => {
  const { many, mailId } = await beginCoded(12_000_000);
  const digests = { ids: [`e${mailId.slice(1)}`], properties: ["digest:sha-256"] };
  expect(await ticksDuring(() => many("Blob/get", digests, 1))).toBeGreaterThanOrEqual(6);
  const properties = ["bodyStructure", "textBody", "bodyValues", "preview", "headers"];
  const all = { ids: [mailId], properties, fetchAllBodyValues: true };
  expect(await ticksDuring(() => many("Email/get", all, 1))).toBeGreaterThanOrEqual(4);
});

it("the largest mail there may be can be asked for whole", async () => {
  const { many, mailId } = await beginCoded(50_000_000);
  const properties = ["bodyStructure", "bodyValues"];
  const asked = { ids: [mailId], properties, fetchAllBodyValues: true, maxBodyValueBytes: 10 };
  expect(tooLarge(await many("Email/get", asked, 1))).toEqual([]);
  const { ids: _, ...body } = asked;
  const parsing = { ...body, blobIds: [`e${mailId.slice(1)}`], properties: [...properties, "preview"] };
  expect(tooLarge(await many("Email/parse", parsing, 1))).toEqual([]);
});

it("one answer has 16 MiB of text of several messages, or one message with more", async () => {
  const bob = await begin(() => importing);
  const ids = await importSome(bob, 6);
  const asked = { properties: ["bodyValues"], fetchAllBodyValues: true };
  expect((await bob.call("Email/get", { ids: ids.slice(0, 5), ...asked })).list).toHaveLength(5);
  const [[, refused]] = await bob.ask([["Email/get", { accountId: bob.id, ids, ...asked }, "0"]]);
  expect(refused).toMatchObject({
    type: "requestTooLarge",
    description: expect.stringContaining("maxBodyValueBytes"),
  });
  const cut = { ...asked, maxBodyValueBytes: 1_000 };
  expect((await bob.call("Email/get", { ids, ...cut })).list).toHaveLength(6);
});

function runOf(methods: Methods, name: string) {
  return (call: Parameters<NonNullable<Methods[string]>["run"]>[0], args: object) =>
    methods[name]?.run(call, { ...args });
}

it("an import whose client has gone before anything is written reads no further, and writes nothing", async () => {
  const leaving = new AbortController();
  let opened = 0;
  const bob = await begin(() => ({
    async openBlob({ blobId }: { blobId: string }) {
      opened += 1;
      leaving.abort();
      return mailOf(blobId, 10);
    },
  }));
  const call = { caller: callerOf(bob.accountId), createdIds: new Map(), using: new Set<string>() };
  const emails = {
    a: { blobId: "b1", mailboxIds: { f1: true } },
    b: { blobId: "b2", mailboxIds: { f1: true } },
  };
  const run = runOf(bob.methods, "Email/import");
  await expect(run({ ...call, gone: leaving.signal }, { accountId: bob.id, emails })).rejects.toThrow("gone");
  expect(opened).toBe(1);
  expect((await bob.call("Email/get", { ids: null })).list).toEqual([]);
});

it("snippets are made one after the other, by turns, and stop when the client has gone", async () => {
  const bob = await begin();
  for (let number = 1; number <= 10; number++)
    await putIn(bob.store, bob.accountId, letter({ id: letterId(number), body: "Where is it?" }));
  const leaving = new AbortController();
  let read = 0;
  let turns = 0;
  const reading: typeof mailTexts = {
    ...mailTexts,
    ofBytes(object, bytes) {
      read += 1;
      if (read === 3) leaving.abort();
      return mailTexts.ofBytes(object, bytes);
    },
  };
  const turn = async () => {
    turns += 1;
  };
  const run = runOf(searchSnippetMethods({ store: bob.store, turn, reading }), "SearchSnippet/get");
  const call = { caller: callerOf(bob.accountId), createdIds: new Map(), using: new Set<string>() };
  const emailIds = Array.from({ length: 10 }, (_, at) => `m${at + 1}`);
  const args = { accountId: bob.id, filter: { body: "where" }, emailIds };
  await expect(run({ ...call, gone: leaving.signal }, args)).rejects.toThrow("gone");
  expect(read).toBe(3);
  await run(call, args);
  expect(turns).toBeGreaterThan(10);
});

it("snippets are paid for out of the purse of the request's queries", async () => {
  const bob = await begin();
  for (let number = 1; number <= 10; number++)
    await putIn(bob.store, bob.accountId, letter({ id: letterId(number), body: "Where is it?" }));
  const conditions = Array.from({ length: 400 }, () => ({ body: "where is" }));
  const emailIds = Array.from({ length: 10 }, (_, at) => `m${at + 1}`);
  const args = { accountId: bob.id, filter: { operator: "AND", conditions }, emailIds };
  const calls = Array.from({ length: 64 }, (_, call) => ["SearchSnippet/get", args, `${call}`] as const);
  const answers = await bob.ask(calls);
  expect(answers[0][0]).toBe("SearchSnippet/get");
  expect(answers[63][1]).toMatchObject({ type: "unsupportedFilter" });
});
