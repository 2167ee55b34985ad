import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { capabilities } from "@posthorn/protocol";
import { afterEach, beforeEach, expect, it } from "vitest";
import { letter, putIn } from "../../objects/trial-mail.ts";
import { eachStore, onSqlite } from "../../store/each-store.ts";
import { trialFiles } from "./trial-files.ts";
import type { Answer } from "./trial-jmap.ts";

let folder: string;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), "posthorn-jmap-blobs-")), "blobs");
});
afterEach(() => rm(join(folder, ".."), { recursive: true }));

eachStore("blobs, as the examples of RFC 9404 have them,", (open) => {
  it("are made of a picture in base64 (§4.1.1)", async () => {
    const { ask, id } = await trialFiles(await open(), folder, "bob");
    const pixel =
      "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABAQMAAAAl21bKAAAAA1BMVEX/AAAZ4gk3AAAAAXRSTlN/gFy0ywAAAApJREFUeJxjYgAAAAYAAzY3fKgAAAAASUVORK5CYII=";
    const create = { "1": { data: [{ "data:asBase64": pixel }], type: "image/png" } };
    const [uploaded, got] = await ask([
      ["Blob/upload", { accountId: id, create }, "R1"],
      ["Blob/get", { accountId: id, ids: ["#1"], properties: ["data:asBase64"] }, "R2"],
    ]);
    expect(uploaded).toMatchObject([
      "Blob/upload",
      {
        accountId: id,
        created: { "1": { id: expect.any(String), type: "image/png", size: 95 } },
        notCreated: null,
      },
      "R1",
    ]);
    expect(got[1].list).toMatchObject([{ "data:asBase64": pixel }]);
  });

  it("are made of text, of base64 and of ranges of others (§4.1.2)", async () => {
    const { ask, id } = await trialFiles(await open(), folder, "bob");
    const answers = await ask([
      [
        "Blob/upload",
        {
          accountId: id,
          create: { b4: { data: [{ "data:asText": "The quick brown fox jumped over the lazy dog." }] } },
        },
        "S4",
      ],
      [
        "Blob/upload",
        {
          accountId: id,
          create: {
            cat: {
              data: [
                { "data:asText": "How" },
                { blobId: "#b4", length: 7, offset: 3 },
                { "data:asText": "was t" },
                { blobId: "#b4", length: 1, offset: 1 },
                { "data:asBase64": "YXQ/" },
              ],
            },
          },
        },
        "CAT",
      ],
      ["Blob/get", { accountId: id, properties: ["data:asText", "size"], ids: ["#cat"] }, "G4"],
    ]);
    const [first, second, third] = answers.map((answer: Answer) => answer[1]);
    expect(first).toMatchObject({
      created: { b4: { size: 45, type: "application/octet-stream" } },
      notCreated: null,
    });
    expect(second).toMatchObject({ created: { cat: { size: 19 } }, notCreated: null });
    expect(third).toEqual({
      accountId: id,
      list: [{ id: second.created.cat.id, "data:asText": "How quick was that?", size: 19 }],
      notFound: [],
    });
  });

  it("have digests of themselves and of ranges (§4.2.1)", async () => {
    const { call, upload } = await trialFiles(await open(), folder, "bob");
    const dog = await upload("The quick brown fox jumped over the lazy dog.");
    const properties = ["data:asText", "digest:sha", "digest:sha-256", "size"];
    expect(
      await call("Blob/get", { ids: [dog, "not-a-blob"], properties: ["data:asText", "digest:sha", "size"] }),
    ).toMatchObject({
      list: [
        {
          id: dog,
          "data:asText": "The quick brown fox jumped over the lazy dog.",
          "digest:sha": "wIVPufsDxBzOOALLDSIFKebu+U4=",
          size: 45,
        },
      ],
      notFound: ["not-a-blob"],
    });
    expect((await call("Blob/get", { ids: [dog], properties, offset: 4, length: 9 })).list).toEqual([
      {
        id: dog,
        "data:asText": "quick bro",
        "digest:sha": "QiRAPtfyX8K6tm1iOAtZ87Xj3Ww=",
        "digest:sha-256": "gdg9INW7lwHK6OQ9u0dwDz2ZY/gubi0En0xlFpKt0OA=",
        size: 45,
      },
    ]);
  });

  it("say what of them is no text, and what range they have not (§4.2.2)", async () => {
    const { call, upload } = await trialFiles(await open(), folder, "bob");
    const base64 = "VGhlIHF1aWNrIGJyb3duIGZveCBqdW1wZWQgb3ZlciB0aGUggYEgZG9nLg==";
    const b1 = await upload(Buffer.from(base64, "base64"));
    const b2 = await upload("hello world");
    const get = async (args: object) => (await call("Blob/get", { ids: [b1, b2], ...args })).list;
    const text = { id: b2, "data:asText": "hello world", size: 11 };
    const problem = { isEncodingProblem: true, "data:asText": null };
    expect(await get({})).toEqual([{ id: b1, ...problem, "data:asBase64": base64, size: 43 }, text]);
    expect(await get({ properties: ["data:asText", "size"] })).toEqual([
      { id: b1, ...problem, size: 43 },
      text,
    ]);
    expect(await get({ properties: ["data:asBase64", "size"] })).toEqual([
      { id: b1, "data:asBase64": base64, size: 43 },
      { id: b2, "data:asBase64": "aGVsbG8gd29ybGQ=", size: 11 },
    ]);
    expect(await get({ offset: 0, length: 5 })).toEqual([
      { id: b1, "data:asText": "The q", size: 43 },
      { id: b2, "data:asText": "hello", size: 11 },
    ]);
    expect(await get({ offset: 20, length: 100 })).toEqual([
      {
        id: b1,
        isTruncated: true,
        ...problem,
        "data:asBase64": "anVtcGVkIG92ZXIgdGhlIIGBIGRvZy4=",
        size: 43,
      },
      { id: b2, isTruncated: true, "data:asText": "", size: 11 },
    ]);
  });

  it("are looked up in what refers to them (§4.3.1)", async () => {
    const bob = await trialFiles(await open(), folder, "bob");
    const { call, upload } = bob;
    const file = await upload("the plan");
    const attachments = [{ hash: file.slice(1), size: 8 }];
    await putIn(bob.room.store, bob.accountId, letter({ attachments }), { role: "archive" });
    const typeNames = ["Mailbox", "Thread", "Email"];
    const matchedIds = { Email: ["m1"], Thread: ["t0192f0c1-7b3a-7000-8000-000000000001"], Mailbox: ["f4"] };
    const none = { Email: [], Thread: [], Mailbox: [] };
    expect(
      (await call("Blob/lookup", { typeNames, ids: [file, "e1", "a1-0", "p1-1", "not-a-blob"] })).list,
    ).toEqual([
      { id: file, matchedIds },
      { id: "e1", matchedIds },
      { id: "a1-0", matchedIds },
      { id: "p1-1", matchedIds },
      { id: "not-a-blob", matchedIds: none },
    ]);
  });
});

const openEmbedded = onSqlite();

it.each([
  ["no source", {}],
  ["two sources in one", { data: [{ "data:asText": "a", "data:asBase64": "YQ==" }] }],
  ["none in one", { data: [{}] }],
  ["what is not base64", { data: [{ "data:asBase64": "YQ= =" }] }],
  ["base64 that is cut", { data: [{ "data:asBase64": "YQ" }] }],
  ["base64 of URLs", { data: [{ "data:asBase64": "_-8=" }] }],
  ["a range of a text", { data: [{ "data:asText": "abc", offset: 1 }] }],
  ["more sources than are taken", { data: Array.from({ length: 65 }, () => ({ "data:asText": "a" })) }],
  ["an unknown member", { data: [], name: "x" }],
])("no blob is made of %s", async (_, given) => {
  const { call } = await trialFiles(await openEmbedded(), folder, "bob");
  const { created, notCreated } = await call("Blob/upload", { create: { a: given } });
  expect(created).toBeNull();
  expect(notCreated.a).toMatchObject({ type: "invalidProperties" });
});

it("no blob is made of what a blob has not, nor of one that is not there, nor beyond what is taken", async () => {
  const { call, upload } = await trialFiles(await openEmbedded(), folder, "bob");
  const blobId = await upload("abc");
  const large = await upload(Buffer.alloc(30_000_000));
  const made = async (...data: object[]) =>
    (await call("Blob/upload", { create: { a: { data } } })).notCreated?.a;
  expect(await made({ blobId, offset: 4 })).toMatchObject({ type: "invalidProperties" });
  expect(await made({ blobId, offset: 1, length: 3 })).toMatchObject({ type: "invalidProperties" });
  expect(await made({ blobId: "e1" })).toMatchObject({ type: "blobNotFound", notFound: ["e1"] });
  expect(await made({ blobId: "#a" })).toMatchObject({ type: "blobNotFound", notFound: ["#a"] });
  expect(await made({ blobId: large }, { blobId: large })).toMatchObject({ type: "tooLarge" });
  expect(await made({ blobId, offset: 3 }, { blobId, length: 0 })).toBeUndefined();
  expect(await made()).toBeUndefined();
});

it("what a method of blobs does not know is refused", async () => {
  const { ask, id, upload } = await trialFiles(await openEmbedded(), folder, "bob");
  const refusal = async (name: string, args: object, using?: string[]) => {
    const [answer] = await ask([[name, { accountId: id, ...args }, "0"]], using);
    return answer[1].type;
  };
  expect(await refusal("Blob/get", { ids: null })).toBe("requestTooLarge");
  expect(await refusal("Blob/get", { ids: [], properties: ["digest:md5"] })).toBe("invalidArguments");
  expect(await refusal("Blob/get", { ids: [], offset: -1 })).toBe("invalidArguments");
  expect(await refusal("Blob/lookup", { typeNames: ["Quota"], ids: [] })).toBe("unknownDataType");
  const using = [capabilities.core, capabilities.blob];
  expect(await refusal("Blob/lookup", { typeNames: ["Email"], ids: [] }, using)).toBe("unknownDataType");
  const blobIds = [await upload("abc")];
  expect(await refusal("Blob/copy", { fromAccountId: "a9", blobIds })).toBe("fromAccountNotFound");
  const large = await upload(Buffer.alloc(10_000_001));
  expect(await refusal("Blob/get", { ids: [large], properties: ["data:asBase64"] })).toBe("requestTooLarge");
  expect(await refusal("Blob/get", { ids: [large], properties: ["digest:sha-256"] })).toBeUndefined();
});
