import { expect, it } from "vitest";
import { placeOfMail, targetOf } from "./import-targets.ts";

it("puts a mail where its labels say, and marks it as it was marked", () => {
  expect(placeOfMail(["Inbox", "Unread", "Work", "Important"], {}, "archive")).toEqual({
    roles: ["inbox"],
    labels: ["Work"],
    keywords: [],
  });
  expect(placeOfMail(["Archiviert", "Markiert", "Kategorie Werbung"], {}, "inbox")).toEqual({
    roles: ["archive"],
    labels: [],
    keywords: ["$seen", "$flagged"],
  });
});

it("puts what has no label where all the rest goes", () => {
  expect(placeOfMail([], {}, "inbox")).toMatchObject({ roles: ["inbox"], labels: [] });
  expect(placeOfMail(["Unread"], {}, "inbox")).toMatchObject({ roles: ["inbox"], keywords: [] });
});

it("does as it is told of a label, and leaves out what has one that is left out", () => {
  expect(placeOfMail(["Work"], { Work: "inbox" }, "archive")).toMatchObject({ roles: ["inbox"], labels: [] });
  expect(placeOfMail(["Work", "Spam"], { Spam: "omit" }, "archive")).toBeUndefined();
  expect(targetOf("constructor", {})).toBe("label");
});
