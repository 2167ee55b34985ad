import { compose, type Opened, type SenderTrust, systemClock, systemRandomBytes } from "@posthorn/client";
import { expect, test } from "vitest";
import { eachOnce, newsLines, newsOf } from "./contact-news.ts";
import { trustOf, trustWords } from "./trust.ts";

const platform = { clock: systemClock, randomBytes: systemRandomBytes };
const message = compose(platform, { from: "alice+news@a.test", to: ["bob@b.test"], body: "Hello" });
const next = (command: string) => `posthorn ${command}`;

function sealed(sender: SenderTrust): Opened {
  return { kind: "sealed", message, files: [], follows: undefined, sender };
}

function open(unexpected: boolean): Opened {
  return { kind: "open", message, files: [], sealedHere: true, unexpected };
}

const [news, doubt] = [undefined, undefined];
const until = "2026-11-25T10:00:00.000Z";

test.each([
  ["self", sealed({ kind: "self" }), /^Sealed, from you\.$/],
  [
    "compared",
    sealed({ kind: "known", isCompared: true, news, doubt }),
    /^Sealed, from alice\+news@a\.test \(compared\)\.$/,
  ],
  ["notCompared", sealed({ kind: "known", isCompared: false, news, doubt }), /\(not compared\)\.$/],
  [
    "doubted",
    sealed({ kind: "known", isCompared: true, news, doubt: "Their server shows older keys." }),
    /\(compared\)\.\nWARNING: Their server shows older keys\.$/,
  ],
  [
    "changed",
    sealed({ kind: "changed", why: "newKey" }),
    /^WARNING: Sealed, but the identity .* has changed since you compared it: .* posthorn verify alice/,
  ],
  ["changed", sealed({ kind: "changed", why: "reset" }), /^WARNING: .* and nobody vouches for the new one/],
  ["formerKey", sealed({ kind: "formerKey", until, news }), /^WARNING: .* gave up on 2026-11-25 .* stolen/],
  ["open", open(false), /^Came in the open: servers on the way could read it/],
  ["unexpected", open(true), /^WARNING: This came in the open, .* it may be forged/],
] as const)("How far a message can be trusted is said in plain words: %s", (word, opened, words) => {
  expect(trustOf(opened)).toBe(word);
  expect(trustWords(opened, "bob@b.test", next)).toMatch(words);
});

test("What was sent in the open is not said to have come", () => {
  expect(trustWords(open(false), "alice+news@a.test", next)).toBe(
    "Went in the open: servers on the way could read it.",
  );
});

test.each([
  [
    "firstSeen",
    /^The keys of alice@a\.test were seen for the first time\. .*: posthorn verify alice@a\.test$/,
  ],
  ["newKey", /^The identity of alice@a\.test has changed, and the former one vouches for it\./],
  ["reset", /^WARNING: The identity of alice@a\.test is another one, and nobody vouches for it\./],
  ["policyLowered", /^alice@a\.test takes mail in the open now, too\.$/],
] as const)("What is new about a contact's keys is one line: %s", (what, line) => {
  const lines = newsLines(newsOf(sealed({ kind: "known", isCompared: false, news: what, doubt })), next);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(line);
});

test("What looking up a contact twice has found is told once, under whichever of their addresses", () => {
  const found = [
    { address: "alice@a.test", news: "newKey" },
    { address: "alice+news@a.test", news: "newKey" },
    { address: "alice@a.test", news: "policyLowered" },
    { address: "carol@a.test", news: "newKey" },
  ] as const;
  expect(eachOnce(found)).toEqual([
    { address: "alice@a.test", news: "newKey" },
    { address: "alice@a.test", news: "policyLowered" },
    { address: "carol@a.test", news: "newKey" },
  ]);
});
