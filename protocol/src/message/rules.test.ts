import { describe, expect, test } from "vitest";
import { limits } from "../limits.ts";
import { ProblemError } from "../problem.ts";
import { checkMessage } from "./check-message.ts";

const id = "0192f0c1-7a3e-7c41-8b52-0d6f1c2e3a4b";
const alice = { id: "alice", host: "a.example" };
const bob = { id: "bob", host: "b.example" };
const email = { id, from: alice, to: [bob], date: "2025-03-15T10:00:00Z" };
const hash = "0".repeat(64);
const blob = limits.blobBytes;

function problemOf(message: object): string {
  try {
    checkMessage(message);
    return "accepted";
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return error.message;
  }
}

function sealedFor(addresses: readonly string[]): object {
  const recipients = addresses.map((address) => ({ address, keyId: "k", enc: "AA", wrap: "AA" }));
  const seal = { suite: "posthorn-seal-1", commit: "A".repeat(43), fromKeyId: "k", recipients };
  return { encryptedBody: "AA", encryptionAlgorithm: "AES-256-GCM", seal };
}

describe("a rule that is broken is told in a sentence that says what to do", () => {
  const { to: _to, ...alone } = email;
  const { from: _from, ...event } = { ...email, type: "calendar_invite", organizer: alice, title: "Lunch" };
  const target = { id, from: bob };
  const file = { hash, size: 1 };
  const cases: readonly [string, object, string][] = [
    ["nobody to send it to", alone, "The message has no recipient. Name at least one in “to” or “cc”."],
    [
      "too many recipients over both lists",
      { ...email, to: Array(limits.recipients).fill(bob), cc: [bob] },
      "The message has more than 500 recipients. Send it in parts.",
    ],
    [
      "a host that is no A-label",
      { ...email, to: [{ id: "bob", host: "xn--a.com" }] },
      "“xn--a.com” is not a host name: a label that begins with xn-- does not decode.",
    ],
    [
      "a day that no calendar has",
      { ...email, date: "2025-02-30T10:00:00Z" },
      "“2025-02-30T10:00:00Z” is a day that does not exist.",
    ],
    [
      "an invitation from somebody else than the organizer",
      { ...event, startTime: email.date, from: bob },
      "“from” and “organizer” must be the same address. Leave one of them out or make them equal.",
    ],
    [
      "an answer that misses the organizer",
      { ...email, type: "calendar_reply", organizer: alice, uid: "1", participationStatus: "accepted" },
      "A reply must go to the organizer: name them in “to”.",
    ],
    [
      "chunks where one blob is enough",
      { ...email, attachments: [{ ...file, chunks: [hash, hash] }] },
      "A file of at most 8388608 bytes is one blob. Leave “chunks” out.",
    ],
    [
      "a chunk too few",
      { ...email, attachments: [{ hash, size: 2 * blob + 1, chunks: [hash, hash] }] },
      "A file of 16777217 bytes has 3 chunks of 8388608 bytes, but 2 are named.",
    ],
    [
      "one blob of two sizes",
      { ...email, attachments: [file, { hash, size: 2 }] },
      "The same blob is given two different sizes.",
    ],
    [
      "a seal that leaves a recipient out",
      { ...email, cc: [{ id: "carol", host: "c.example" }], ...sealedFor(["bob@b.example"]) },
      "The message is not sealed for carol@c.example.",
    ],
    [
      "a seal for a stranger",
      { ...email, ...sealedFor(["bob@b.example", "eve@e.example"]) },
      "The message is sealed for eve@e.example, who is neither a recipient nor the sender.",
    ],
    [
      "a seal for somebody twice",
      { ...email, ...sealedFor(["bob@b.example", "bob@b.example"]) },
      "The message is sealed for bob@b.example twice.",
    ],
    [
      "a receipt for somebody else",
      { ...email, type: "receipt", target: { id, from: alice }, event: "read" },
      "A receipt goes to the author of the message it is about and to nobody else.",
    ],
    [
      "a chat message that says nothing",
      { ...email, type: "chat_message", text: "" },
      "A chat message needs a text or an attachment.",
    ],
    [
      "an edit that changes nothing",
      { ...email, type: "edit", target: id },
      "An edit must bring something new: “subject”, “body”, “text” or “attachments”.",
    ],
    ["and one that keeps them all", { ...email, type: "reaction", target, emoji: "👍" }, "accepted"],
  ];
  test.each(cases)("%s", (_name, message, sentence) => {
    expect(problemOf(message)).toBe(sentence);
  });
});

describe("the A-labels of a host are looked at wherever a host stands", () => {
  const bad = { id: "bob", host: "xn--a.com" };
  const event = { id, date: email.date, to: [alice], title: "Lunch", startTime: email.date, uid: "1" };
  const places: readonly [string, object][] = [
    ["/from", { ...email, from: bad }],
    ["/to/1", { ...email, to: [bob, bad] }],
    ["/cc/0", { ...email, cc: [bad] }],
    ["/organizer", { ...event, type: "calendar_invite", organizer: bad }],
    ["/organizer", { ...event, type: "calendar_cancel", organizer: bad }],
    [
      "/organizer",
      { ...event, type: "calendar_reply", from: alice, organizer: bad, participationStatus: "accepted" },
    ],
    ["/target/from", { ...email, type: "reaction", target: { id, from: bad }, emoji: "👍" }],
    ["/target/from", { ...email, type: "receipt", target: { id, from: bad }, event: "read" }],
    ["/from", { ...email, type: "postcard", from: bad }],
  ];
  test.each(places)("%s of %j", (place, message) => {
    try {
      checkMessage(message);
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ problem: { code: "invalidMessage", pointer: `${place}/host` } });
    }
  });
});

test("a message can be sealed for 500 recipients and its sender", () => {
  const to = Array.from({ length: limits.recipients }, (_, at) => ({ id: `bob${at}`, host: "b.example" }));
  const addresses = [...to.map(({ id, host }) => `${id}@${host}`), "alice@a.example"];
  expect(problemOf({ ...email, to, ...sealedFor(addresses) })).toBe("accepted");
});
