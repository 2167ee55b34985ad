import { describe, expect, test } from "vitest";
import { checkMessage } from "./message/check-message.ts";
import { senderOf } from "./message/routing-of.ts";
import { ProblemError } from "./problem.ts";
import { shape } from "./shape.ts";
import { completeSubmission, SubmissionSchema } from "./submission.ts";
import { goodMessages } from "./test-messages.ts";

const bob = { id: "bob", host: "b.example" };
const missing = {
  from: { id: "alice", host: "a.example" },
  id: "0192f0c1-7a3e-7c41-8b52-0d6f1c2e3a4b",
  date: "2025-03-15T10:00:00Z",
};
const seal = { encryptedBody: "AA", encryptionAlgorithm: "AES-256-GCM", seal: {} };

describe("a submission", () => {
  test("of a body and a recipient is completed to a message of the account", () => {
    const { value, completed } = completeSubmission({ to: [bob], body: "Hello" }, missing);
    expect(completed).toBe(true);
    expect(checkMessage(value)).toEqual({ ...missing, to: [bob], body: "Hello" });
  });

  test.each(goodMessages())("that is a whole message stays itself, byte for byte: $name", ({ message }) => {
    expect(completeSubmission(message, missing)).toEqual({ value: message, completed: false });
    expect(completeSubmission(message, missing).value).toBe(message);
  });

  test("gets what it left out and nothing in place of what it said", () => {
    const id = "0192f0c1-7a3e-7c41-8b52-0d6f1c2e3a4c";
    const { value } = completeSubmission({ id, to: [bob], from: bob }, missing);
    expect(value).toEqual({ id, to: [bob], from: bob, date: missing.date });
  });

  test("may say null for what it leaves out", () => {
    const { value } = completeSubmission({ id: null, date: null, from: null, to: [bob] }, missing);
    expect(checkMessage(value)).toEqual({ ...missing, to: [bob] });
  });

  test("of an invitation or a cancellation has the account as its organizer", () => {
    const event = { to: [bob], title: "Lunch", startTime: "2025-04-01T12:00:00Z", uid: "1" };
    for (const type of ["calendar_invite", "calendar_cancel"]) {
      const { value } = completeSubmission({ ...event, type }, missing);
      expect(value).toMatchObject({ organizer: missing.from });
      expect(value).not.toHaveProperty("from");
      expect(senderOf(checkMessage(value))).toEqual(missing.from);
    }
  });

  test("of a reply has the account as its sender and keeps the organizer", () => {
    const reply = {
      type: "calendar_reply",
      to: [bob],
      organizer: bob,
      uid: "1",
      participationStatus: "accepted",
    };
    const { value } = completeSubmission(reply, missing);
    expect(checkMessage(value)).toMatchObject({ from: missing.from, organizer: bob });
  });

  test("that is sealed must be complete, because its seal binds id and sender", () => {
    const complete = { ...missing, to: [bob], ...seal };
    expect(completeSubmission(complete, missing)).toEqual({ value: complete, completed: false });
    for (const field of ["id", "date", "from"]) {
      try {
        completeSubmission({ ...complete, [field]: null }, missing);
        expect.unreachable();
      } catch (error) {
        expect(error).toBeInstanceOf(ProblemError);
        expect(error).toMatchObject({ problem: { code: "invalidMessage", pointer: `/${field}` } });
      }
    }
  });

  test("with a “bcc” is refused, because it would go to all recipients and to nobody in it", () => {
    const complete = { ...missing, to: [bob], body: "Hello" };
    for (const field of ["bcc", "Bcc", "BCC"]) {
      for (const message of [complete, { to: [bob] }, { ...complete, ...seal }]) {
        expect(() => completeSubmission({ ...message, [field]: [bob] }, missing)).toThrow(
          expect.objectContaining({
            message: "There is no blind copy. Send it as a message of its own, to that recipient alone.",
            problem: expect.objectContaining({ code: "invalidMessage", pointer: `/${field}` }),
          }),
        );
      }
    }
    expect(checkMessage({ ...complete, bcc: [bob] })).toHaveProperty("bcc");
  });

  test("that is no object is refused", () => {
    for (const value of [null, [], "Hello", 1, undefined]) {
      expect(() => completeSubmission(value, missing)).toThrow("A message is a JSON object.");
    }
  });

  test("may leave out all that the schema of a submission says it may", () => {
    const submission = shape(SubmissionSchema);
    expect(submission.matches({})).toBe(true);
    expect(submission.matches({ to: [bob], body: "Hello" })).toBe(true);
    expect(submission.matches({ to: bob })).toBe(false);
  });
});
