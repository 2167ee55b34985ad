import type { UnsentLetter } from "@posthorn/client";
import { expect, test } from "vitest";
import { type LetterContent, takeOver, unsentLetter } from "./letter-content.ts";
import { type FileJob, jobOfDraft, putInPlace } from "./letter-files.ts";

const messageId = "019a0000-0000-7000-8000-000000000000";

/** A letter with files of these names, which have all gone up. */
function letterWith(...names: string[]): LetterContent {
  const files = names.map((name, place) => uploaded(name, place));
  const fields = { from: "alice@a.test", to: [], cc: [], subject: "Lunch", body: "At noon" };
  return {
    messageId,
    fields,
    files,
    tell: () => undefined,
    keep: async () => true,
    settled: () => undefined,
  };
}

function uploaded(filename: string, place: number): FileJob {
  const hash = Buffer.from(filename).toString("hex").padEnd(64, "0");
  const sealed = { attachment: { hash, size: 1 }, file: { hash, size: 1, key: "k".repeat(43) } };
  return jobOfDraft({ messageId, place, filename, mimeType: "text/plain", sizeBytes: 1, sealed });
}

/** As it is kept when it has these files. */
const keptWith = (...names: string[]): UnsentLetter => unsentLetter(letterWith(...names));

const namesOf = ({ files }: LetterContent) => files.map(({ filename }) => filename);

test("a file that is taken out while a letter is being kept does not come back with what was kept", () => {
  const letter = letterWith("wrong", "plan", "photo");
  const sent = unsentLetter(letter);
  letter.files.splice(0, 3, uploaded("photo", 0), uploaded("plan", 1));
  takeOver(letter, { base: keptWith("wrong", "plan"), sent, now: sent });
  expect(namesOf(letter)).toEqual(["photo", "plan"]);
});

test("a file that another device has taken out goes here too, and one that it has attached comes", () => {
  const letter = letterWith("wrong", "plan");
  const sent = unsentLetter(letter);
  takeOver(letter, { base: sent, sent, now: keptWith("plan", "photo") });
  expect(namesOf(letter)).toEqual(["plan", "photo"]);
});

test("a file that was attached here stays where another device has changed the files at the same time", () => {
  const letter = letterWith("plan", "mine");
  const sent = unsentLetter(letter);
  takeOver(letter, { base: keptWith("plan"), sent, now: keptWith("plan", "theirs") });
  expect(namesOf(letter)).toEqual(["plan", "mine", "theirs"]);
});

test("a file that another tab has brought up meanwhile is up here, too, and not there twice", () => {
  const letter = letterWith("plan");
  const film = {
    messageId,
    place: 1,
    filename: "film",
    mimeType: "text/plain",
    sizeBytes: 1,
    keptAs: "here",
  };
  letter.files.push(jobOfDraft(film, { sizeBytes: 1, isPaused: false }));
  putInPlace(letter);
  const sent = unsentLetter(letter);
  const [plan = film, up = film] = keptWith("plan", "film").files ?? [];
  const now = { ...sent, files: [plan, { ...up, keptAs: "here" }] };
  takeOver(letter, { base: sent, sent, now });
  expect(letter.files.map(({ filename, state }) => [filename, state])).toEqual([
    ["plan", "done"],
    ["film", "done"],
  ]);
});

test("words of another device are taken over in a field that nobody has changed here since, and in no other", () => {
  const letter = letterWith();
  const sent = unsentLetter(letter);
  letter.fields = { ...letter.fields, body: "At one" };
  takeOver(letter, { base: sent, sent, now: { ...sent, subject: "Dinner", body: "At eight" } });
  expect(letter.fields).toMatchObject({ subject: "Dinner", body: "At one" });
});
