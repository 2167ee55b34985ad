import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { type Static, type TProperties, type TSchema, Type } from "typebox";
import { describe, expect, test } from "vitest";
import {
  accountName,
  blobsOf,
  blobsOfFile,
  conversationOf,
  DiscoverySchema,
  errors,
  formatAddress,
  hostName,
  hostPort,
  joinLines,
  limits,
  ProblemError,
  ProblemSchema,
  parseAddress,
  parseHost,
  RefusalSchema,
  readJson,
  readMessage,
  recipientsOf,
  sameAddress,
  sealOf,
  senderOf,
  shape,
  splitLines,
  targetIdOf,
  typeOf,
  VerdictSchema,
} from "./index.ts";
import { repeated } from "./vector-cases/repeated.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** What these schemas say of the files, `vectors/README.md` says in words. */
const text = Type.String();
const whole = Type.Integer();
const name = Type.String({ minLength: 1 });
const valid = Type.Boolean();
const code = Type.Optional(text);
const pointer = Type.Optional(text);
const repeat = Type.Optional(Type.Record(Type.String({ pattern: "^/" }), whole));
const address = Type.Object({ id: text, host: text });
const document = Type.Object(
  { name, document: Type.Unknown(), repeat, valid, pointer },
  { additionalProperties: false },
);

function list<Fields extends TProperties>(fields: Fields) {
  return Type.Array(Type.Object(fields, { additionalProperties: false }), { minItems: 1 });
}

function vectors<Schema extends TSchema>(file: string, schema: Schema): Static<Schema> {
  const path = new URL(`../../vectors/${file}`, import.meta.url);
  return shape(schema).parse(JSON.parse(readFileSync(path, "utf8")));
}

/** The result of `run`, or code and pointer of its refusal. Anything but a ProblemError is a fault of ours. */
function outcomeOf<Result>(run: () => Result): Result | { code: string; pointer?: string | undefined } {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return { code: error.problem.code, pointer: error.problem.pointer };
  }
}

function bytesOf(given: { text?: string; base64url?: string; padTo?: number }): Uint8Array {
  const bytes =
    given.base64url === undefined ? encoder.encode(given.text) : Buffer.from(given.base64url, "base64url");
  if (given.padTo === undefined) return bytes;
  const padded = new Uint8Array(given.padTo).fill(0x20);
  padded.set(bytes);
  return padded;
}

describe("addresses.json", () => {
  const file = vectors(
    "addresses.json",
    Type.Object({
      parse: list({ name, text, valid, id: Type.Optional(text), host: Type.Optional(text), code }),
      compare: list({ name, a: address, b: address, same: valid }),
      account: list({ name, id: text, account: text }),
    }),
  );
  test.each(file.parse)("parse: $name", ({ text, id, host, code, valid }) => {
    expect(outcomeOf(() => parseAddress(text))).toEqual(valid ? { id, host } : { code });
  });
  test.each(file.compare)("compare: $name", ({ a, b, same }) => {
    expect(sameAddress(a, b)).toBe(same);
    expect(sameAddress(b, a)).toBe(same);
    expect(formatAddress(a) === formatAddress(b)).toBe(same);
  });
  test.each(file.account)("account: $name", ({ id, account }) => {
    expect(accountName(id)).toBe(account);
  });
});

describe("hosts.json", () => {
  const file = vectors(
    "hosts.json",
    Type.Object({
      hosts: list({
        name,
        host: text,
        valid,
        dnsName: Type.Optional(text),
        port: Type.Optional(whole),
        code,
      }),
    }),
  );
  test.each(file.hosts)("$name", ({ host, valid, dnsName, port, code }) => {
    const read = () => ({ host: parseHost(host), dnsName: hostName(host), port: hostPort(host) });
    expect(outcomeOf(read)).toEqual(valid ? { host, dnsName, port } : { code });
  });
});

describe("json.json", () => {
  const file = vectors(
    "json.json",
    Type.Object({
      documents: list({
        name,
        text: Type.Optional(text),
        base64url: Type.Optional(text),
        padTo: Type.Optional(whole),
        maxBytes: Type.Optional(whole),
        valid,
        value: Type.Optional(Type.Unknown()),
        code,
      }),
    }),
  );
  test.each(file.documents)("$name", ({ valid, value, code, maxBytes, ...given }) => {
    const read = () => readJson(bytesOf(given), maxBytes === undefined ? {} : { maxBytes });
    expect(outcomeOf(read)).toEqual(valid ? value : { code });
  });
});

describe("messages.json", () => {
  const blobs = Type.Optional(Type.Array(Type.Object({ hash: text, size: whole })));
  const file = vectors(
    "messages.json",
    Type.Object({
      messages: list({
        ...{ name, message: Type.Optional(Type.Unknown()), text: Type.Optional(text) },
        ...{ repeat, padTo: Type.Optional(whole), valid, code, pointer },
        ...{ type: Type.Optional(text), sealed: Type.Optional(valid), sender: Type.Optional(text) },
        ...{ recipients: Type.Optional(Type.Array(text)), conversation: Type.Optional(text) },
        ...{ target: Type.Optional(text), blobs },
      }),
    }),
  );
  test.each(file.messages)("$name", (given) => {
    const text = given.text ?? JSON.stringify(repeated(given.message, given.repeat));
    const bytes = bytesOf({ text, ...(given.padTo === undefined ? {} : { padTo: given.padTo }) });
    const read = () => {
      const message = readMessage(bytes);
      return {
        type: typeOf(message),
        sealed: sealOf(message) !== undefined,
        sender: formatAddress(senderOf(message)),
        recipients: recipientsOf(message).map(formatAddress),
        conversation: conversationOf(message),
        target: targetIdOf(message),
        blobs: blobsOf(message),
      };
    };
    const { type, sealed, sender, recipients, conversation, target, blobs, code, pointer } = given;
    const facts = { type, sealed, sender, recipients, conversation, target, blobs };
    if (given.valid) expect(outcomeOf(read)).toEqual(facts);
    else expect(outcomeOf(read)).toMatchObject(pointer === undefined ? { code } : { code, pointer });
  });
});

describe("discovery.json, verdicts.json, problems.json", () => {
  const table = Type.Record(text, Type.Object({ status: whole, retry: text }));
  const discovery = vectors("discovery.json", Type.Object({ documents: Type.Array(document) }));
  const verdicts = vectors(
    "verdicts.json",
    Type.Object({ verdicts: Type.Array(document), refusals: Type.Array(document) }),
  );
  const problems = vectors("problems.json", Type.Object({ problems: Type.Array(document), table }));

  function hold(cases: readonly Static<typeof document>[], schema: TSchema): void {
    const checker = shape(schema);
    test.each(cases)("$name", ({ document, repeat, valid, pointer }) => {
      const value = repeated(document, repeat);
      expect(outcomeOf(() => checker.parse(value))).toEqual(valid ? value : { code: "badRequest", pointer });
    });
  }
  describe("discovery", () => hold(discovery.documents, DiscoverySchema));
  describe("verdicts", () => hold(verdicts.verdicts, VerdictSchema));
  describe("refusals", () => hold(verdicts.refusals, RefusalSchema));
  describe("problems", () => hold(problems.problems, ProblemSchema));
  test("the table of codes is ours", () => {
    const ours = Object.entries(errors).map(([code, { status, retry }]) => [code, { status, retry }]);
    expect(problems.table).toEqual(Object.fromEntries(ours));
  });
});

describe("ndjson.json", () => {
  const file = vectors(
    "ndjson.json",
    Type.Object({
      split: list({
        ...{ name, text, repeatText: Type.Optional(whole), append: Type.Optional(text), valid },
        ...{ lines: Type.Optional(Type.Array(text)), lineCount: Type.Optional(whole), code },
      }),
      join: list({ name, lines: Type.Array(text), text }),
    }),
  );
  test.each(file.split)("split: $name", ({ text, repeatText = 1, append = "", lines, lineCount, code }) => {
    const body = encoder.encode(text.repeat(repeatText) + append);
    const result = outcomeOf(() => splitLines(body).map((line) => decoder.decode(line)));
    if (lineCount !== undefined) expect(result).toHaveLength(lineCount);
    else expect(result).toEqual(lines ?? { code });
  });
  test.each(file.join)("join: $name", ({ lines, text }) => {
    expect(decoder.decode(joinLines(lines.map((line) => encoder.encode(line))))).toBe(text);
  });
});

describe("blobs.json", () => {
  const chunkList = {
    ...{ name, size: whole, chunkSizes: Type.Optional(Type.Array(whole)) },
    ...{ chunkCount: Type.Optional(whole), lastChunkSize: Type.Optional(whole) },
  };
  const file = vectors(
    "blobs.json",
    Type.Object({
      blobBytes: whole,
      fileBytes: whole,
      chunkLists: list(chunkList),
      hashing: list({ name, size: whole, hash: text, chunks: Type.Optional(Type.Array(text)) }),
    }),
  );
  const message = { id: "0192f0c1-7a3e-7c41-8b52-0d6f1c2e3a4b", date: "2025-03-15T10:00:00Z" };
  const people = { from: { id: "alice", host: "a.example" }, to: [{ id: "bob", host: "b.example" }] };

  test("the limits are ours", () => {
    expect(file).toMatchObject({ blobBytes: limits.blobBytes, fileBytes: limits.fileBytes });
  });
  test.each(file.chunkLists)("chunks: $name", ({ size, chunkSizes = [], lastChunkSize, ...given }) => {
    const count = given.chunkCount ?? chunkSizes.length;
    const names = Array.from({ length: count }, (_, at) => at.toString(16).padStart(64, "0"));
    const attachment = { hash: "f".repeat(64), size, ...(count === 0 ? {} : { chunks: names }) };
    const bytes = encoder.encode(JSON.stringify({ ...message, ...people, attachments: [attachment] }));
    const sizes = blobsOf(readMessage(bytes)).map((blob) => blob.size);
    expect(sizes.reduce((sum, each) => sum + each, 0)).toBe(size);
    expect(sizes.at(-1)).toBe(lastChunkSize ?? chunkSizes.at(-1) ?? size);
    if (given.chunkCount === undefined) expect(sizes).toEqual(count === 0 ? [size] : chunkSizes);
    else expect(sizes).toHaveLength(count);
  });
  test.each(file.hashing)("hashing: $name", ({ size, hash, chunks }) => {
    const content = Uint8Array.from({ length: size }, (_, at) => at % 251);
    const sha256 = (part: Uint8Array) => createHash("sha256").update(part).digest("hex");
    expect(sha256(content)).toBe(hash);
    let start = 0;
    for (const blob of blobsOfFile({ hash, size, ...(chunks === undefined ? {} : { chunks }) })) {
      expect(sha256(content.subarray(start, start + blob.size))).toBe(blob.hash);
      start += blob.size;
    }
    expect(start).toBe(size);
  });
});
