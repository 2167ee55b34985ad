import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ProblemError } from "../problem.ts";
import { type SaidVectors, saidCases } from "../vector-cases/said.ts";
import { checkMessage } from "./check-message.ts";
import type { Message } from "./message.ts";
import { readSaid, type SaidFile, writeSaid } from "./said.ts";

const alice = { id: "alice", host: "a.test" };
const bob = { id: "bob", host: "b.test" };
const carol = { id: "carol", host: "c.test" };
const other = "0192f0c1-7b5e-7c3a-9d42-3f1b8a6c2e11";
const file: SaidFile = {
  hash: "ab".repeat(32),
  size: 5,
  key: "A".repeat(43),
  filename: "plan.pdf",
  mimeType: "application/pdf",
};
const routing = {
  id: "0192f0c1-7b5e-7c3a-9d42-3f1b8a6c2e10",
  from: alice,
  to: [bob],
  cc: [carol],
  date: "2026-11-24T10:30:00Z",
  inReplyTo: other,
  thread: other,
};
const plain = checkMessage({ ...routing, subject: "Plans", body: "Here they are." });

function wrapFor(address: string): object {
  return { address, keyId: "VEQtEF8XUTxEFV09MEC2eA", enc: "AAAA", wrap: "AAAA" };
}

const carrierFields = {
  ...routing,
  subject: null,
  body: null,
  attachments: [{ hash: file.hash, size: 16_472 }],
  encryptedBody: "AAAA",
  encryptionAlgorithm: "AES-256-GCM",
  seal: {
    suite: "posthorn-seal-1",
    commit: "A".repeat(43),
    fromKeyId: "KmvJ_8jhiWbpRjr2zYPw0w",
    recipients: ["alice@a.test", "bob@b.test", "carol@c.test"].map(wrapFor),
  },
};
const carrier = checkMessage(carrierFields);
const bytes = writeSaid({ message: plain, files: [file], follows: undefined });

function pointerOf(read: () => unknown): string | undefined {
  try {
    read();
  } catch (error) {
    if (error instanceof ProblemError) return error.problem.pointer ?? error.problem.code;
    throw error;
  }
  return undefined;
}

function changed(fields: object): Message {
  return checkMessage({ ...carrierFields, ...fields });
}

function said(fields: object): Uint8Array {
  const value = { ...plain, attachments: [file], ...fields };
  return new TextEncoder().encode(JSON.stringify(value));
}

const vectors: SaidVectors = JSON.parse(
  readFileSync(new URL("../../../vectors/said.json", import.meta.url), "utf8"),
);

describe("vectors/said.json", () => {
  test.each(saidCases(vectors))("$name", async ({ find, expected }) => {
    expect(await find()).toEqual(expected);
  });
});

describe("what is said in a sealed message", () => {
  test("is the message as it would be in the open, with its files' names, types and own sizes", () => {
    const { key: _, ...shown } = file;
    expect(readSaid(bytes, carrier)).toEqual({
      message: { ...plain, attachments: [shown] },
      files: [file],
      follows: undefined,
    });
  });

  test("names the message that went before it", () => {
    const follows = { id: other, digest: "cd".repeat(32) };
    const written = writeSaid({ message: plain, files: [file], follows });
    expect(readSaid(written, carrier).follows).toEqual(follows);
  });

  test("agrees when the two write the same in two ways", () => {
    const { inReplyTo: _, ...rest } = carrierFields;
    const without = checkMessage({ ...rest, to: [{ id: "Bob", host: "b.test" }], type: "email" });
    expect(readSaid(said({ inReplyTo: null }), without).message.inReplyTo).toBeNull();
  });

  test.each([
    ["type", { type: "chat_message", text: null }, "/type"],
    ["cc moved to to", { to: [bob, carol], cc: [] }, "/to"],
    ["thread", { thread: "0192f0c1-7b5e-7c3a-9d42-3f1b8a6c2e12" }, "/thread"],
    ["inReplyTo", { inReplyTo: null }, "/inReplyTo"],
    ["date", { date: "2026-11-24T10:31:00Z" }, "/date"],
    ["id", { id: "0192f0c1-7b5e-7c3a-9d42-3f1b8a6c2e12" }, "/id"],
    ["a file taken away", { attachments: [] }, "/attachments"],
    ["a file exchanged", { attachments: [{ hash: "cd".repeat(32), size: 16_472 }] }, "/attachments/0"],
  ])("is refused when a server has changed the %s outside (threats F6, F11)", (_what, fields, pointer) => {
    expect(pointerOf(() => readSaid(bytes, changed(fields)))).toBe(pointer);
  });

  test("is refused when it is no message, or sealed itself, or its files are described in another way", () => {
    expect(pointerOf(() => readSaid(new TextEncoder().encode("[]"), carrier))).toBe("");
    expect(pointerOf(() => readSaid(new TextEncoder().encode("{"), carrier))).toBe("badJson");
    expect(pointerOf(() => readSaid(said({ body: 5 }), carrier))).toBe("/body");
    expect(pointerOf(() => readSaid(said({ attachments: [{ ...file, chunks: [] }] }), carrier))).toBe(
      "/attachments/0/chunks",
    );
    expect(pointerOf(() => readSaid(said({ seal: carrierFields.seal }), carrier))).toBe("/seal");
  });

  test("keeps what a later version may add", () => {
    expect(readSaid(said({ mood: "merry" }), carrier).message).toMatchObject({ mood: "merry" });
  });
});
