import { createHash } from "node:crypto";
import {
  type ErrorCode,
  errors,
  isErrorCode,
  type Problem,
  problem,
  type RecipientVerdict,
  type Verdict,
} from "@posthorn/protocol";
import { describe, expect, it } from "vitest";
import { hashOf, letter } from "./trial-peer.ts";
import { missingBlobs, readVerdict } from "./verdicts.ts";

const host = "b.test";
const files = ["one", "two"].map((text) => new TextEncoder().encode(text));
const [one = "", two = ""] = files.map(hashOf);
const outgoing = { ...letter(1, { files }), recipients: [{ deliveryId: 7, id: "bob" }] };
const id = outgoing.messageId;
const elsewhere = letter(2).messageId;

const lacking = (...missing: string[]) => problem("blobsMissing", "Upload them first.", { missing });
const recipient = (name: string, reason?: RecipientVerdict["problem"]): RecipientVerdict => ({
  id: name,
  host,
  ...(reason === undefined ? { status: "delivered" } : { status: "refused", problem: reason }),
});
const read = (verdict: Verdict | undefined) => readVerdict(outgoing, host, verdict).get(7);

it.each<[string, Pick<Verdict, "problem" | "recipients">, string[]]>([
  ["for the whole message", { problem: lacking(one, two), recipients: [] }, [one, two]],
  [
    "for one recipient, while another has the message already",
    { recipients: [recipient("bob"), recipient("late", lacking(one))] },
    [one],
  ],
  [
    "for some recipients, each blob once",
    { problem: lacking(one), recipients: [recipient("bob", lacking(one)), recipient("carol", lacking())] },
    [one],
  ],
  [
    "behind a graver refusal",
    {
      problem: problem("mailboxFull", "Full."),
      recipients: [recipient("full", problem("mailboxFull", "Full.")), recipient("bob", lacking(two))],
    },
    [two],
  ],
  ["not at all", { problem: problem("recipientUnknown", "Nobody."), recipients: [] }, []],
])("the blobs a host wants are found when it names them %s", (_, verdict, missing) => {
  expect(missingBlobs(outgoing, { id, status: 200, ...verdict })).toEqual(missing);
});

it("a host that asks for a blob of another message by its hash is not given it (threats C7, Dropship)", () => {
  const secret = createHash("sha256").update("somebody else's file").digest("hex");
  const verdict = { id, status: 424, recipients: [], problem: lacking(secret, two) };
  expect(missingBlobs(outgoing, verdict)).toEqual([two]);
  const only = { id, status: 424, recipients: [recipient("bob", lacking(secret))], problem: lacking(secret) };
  expect(missingBlobs(outgoing, only)).toEqual([]);
  expect(read(only)).toMatchObject({ state: "deferred", problem: { code: "blobsMissing" } });
});

it("blobs wanted in a verdict for another message are not carried for this one", () => {
  expect(
    missingBlobs(outgoing, { id: elsewhere, status: 424, recipients: [], problem: lacking(one) }),
  ).toEqual([]);
});

describe("a verdict means for a delivery", () => {
  it.each(["delivered", "held"] as const)("that it is %s, when its recipient's entry says so", (status) => {
    expect(read({ id, status: 200, recipients: [{ id: "bob", host, status }] })).toEqual({ state: status });
  });

  const codes = Object.keys(errors).filter(isErrorCode);
  it.each(codes.map((code): [ErrorCode, string] => [code, stateAfter(code)]))(
    "with %s, for the recipient or for the message, that it is %s",
    (code, state) => {
      const reason = problem(code, "No.");
      const { status } = reason;
      expect(read({ id, status, recipients: [recipient("bob", reason)] })).toEqual({
        state,
        problem: reason,
      });
      expect(read({ id, status, recipients: [], problem: reason })).toEqual({ state, problem: reason });
    },
  );

  it.each([
    ["never", "failed"],
    ["later", "deferred"],
    ["after-change", "deferred"],
  ] as const)("with a code of a later version, what the problem itself says: %s is %s", (retry, state) => {
    const reason = { ...problem("notAllowed", "No."), code: "moonIsFull", retry } satisfies Problem;
    expect(read({ id, status: 403, recipients: [recipient("bob", reason)] })).toEqual({
      state,
      problem: reason,
    });
  });

  it("what our table says of a code, whatever the peer says of it", () => {
    const reason = { ...problem("mailboxFull", "Full."), retry: "never" } satisfies Problem;
    expect(read({ id, status: 507, recipients: [], problem: reason })?.state).toBe("deferred");
  });

  it("its own entry's word and not the message's or another recipient's", () => {
    const recipients = [recipient("carol"), recipient("bob", problem("mailboxFull", "Full."))];
    expect(read({ id, status: 200, recipients, problem: problem("notAllowed", "No.") })).toMatchObject({
      state: "deferred",
      problem: { code: "mailboxFull" },
    });
  });

  it("nothing of another host's user of the same name", () => {
    const recipients: RecipientVerdict[] = [{ id: "bob", host: "c.test", status: "delivered" }];
    expect(read({ id, status: 200, recipients })).toMatchObject({
      state: "deferred",
      problem: { detail: "b.test gave no answer for this recipient." },
    });
  });

  it("the same for a recipient addressed with a tag, who is the same account (§10.3)", () => {
    const tagged = { ...outgoing, recipients: [{ deliveryId: 7, id: "bob+news" }] };
    const verdict = { id, status: 200, recipients: [recipient("bob+shop")] };
    expect(readVerdict(tagged, host, verdict).get(7)).toEqual({ state: "delivered" });
  });

  it("the first of two entries for one recipient", () => {
    const recipients = [recipient("bob"), recipient("bob", problem("recipientUnknown", "Nobody."))];
    expect(read({ id, status: 200, recipients })).toEqual({ state: "delivered" });
  });

  it("that it is deferred, when it is for another message, delivered or refused", () => {
    const told = { state: "deferred", problem: { detail: "b.test answered for another message." } };
    expect(read({ id: elsewhere, status: 200, recipients: [recipient("bob")] })).toMatchObject(told);
    const refused = problem("recipientUnknown", "Nobody.");
    expect(read({ id: elsewhere, status: 404, recipients: [], problem: refused })).toMatchObject(told);
  });

  it("its problem, when the peer could not read so far as the id", () => {
    const reason = problem("badJson", "No JSON.");
    expect(read({ id: null, status: 400, recipients: [], problem: reason })).toEqual({
      state: "failed",
      problem: reason,
    });
    expect(read({ id: null, status: 200, recipients: [recipient("bob")] })?.state).toBe("deferred");
  });

  it("that it is deferred, when there is none or it names neither recipient nor problem", () => {
    expect(read(undefined)).toMatchObject({ state: "deferred", problem: { code: "unavailable" } });
    expect(read({ id, status: 200, recipients: [] })?.state).toBe("deferred");
  });
});

function stateAfter(code: ErrorCode): string {
  return errors[code].retry === "never" ? "failed" : "deferred";
}
