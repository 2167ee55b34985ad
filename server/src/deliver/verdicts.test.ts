import { problem, type RecipientVerdict, type Verdict } from "@posthorn/protocol";
import { expect, it } from "vitest";
import { missingBlobs } from "./verdicts.ts";

const one = "1".repeat(64);
const two = "2".repeat(64);
const lacking = (...missing: string[]) => problem("blobsMissing", "Upload them first.", { missing });
const recipient = (id: string, reason?: RecipientVerdict["problem"]): RecipientVerdict => ({
  id,
  host: "b.test",
  ...(reason === undefined ? { status: "delivered" } : { status: "refused", problem: reason }),
});

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
  expect(missingBlobs({ id: null, status: 200, ...verdict })).toEqual(missing);
});
