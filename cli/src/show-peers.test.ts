import { type PeerInfo, problem } from "@posthorn/protocol";
import { expect, test } from "vitest";
import { showPeers } from "./show-peers.ts";
import { localTime } from "./times.ts";

const at = "2026-11-24T08:00:00.000Z";
const plain: PeerInfo = { host: "b.test", policy: "allow", firstSeenAt: at };

test("Each server known has a line: whether mail is taken from it, when it was heard of, and why it fails", () => {
  const lastFailure = { at, problem: problem("unavailable", "c.test did not answer\n.") };
  const silent: PeerInfo = { ...plain, host: "c.test", policy: "block", lastSuccessAt: at, lastFailure };
  expect(
    showPeers([plain, silent], { width: 200, next: (command) => `posthorn ${command}` }).split("\n"),
  ).toEqual([
    "Host             Heard from  Sent to           Fails because",
    "b.test  allowed  never       never",
    `c.test  blocked  never       ${localTime(at)}  c.test did not answer .`,
  ]);
});

test("Below them stand those that show another root key, since when, and what to do; blocked ones are settled", () => {
  const changed: PeerInfo = { ...plain, rootKeyChangedAt: at };
  const blocked: PeerInfo = { ...changed, host: "c.test", policy: "block" };
  const shown = showPeers([changed, blocked], { width: 20, next: (command) => `posthorn ${command}` });
  expect(shown.split("\n").slice(3)).toEqual([
    "",
    `b.test shows another root key since ${localTime(at)}.`,
    "Ask its operator by another way than mail. Then: posthorn peer allow HOST, or: posthorn peer block HOST",
  ]);
});

test("A server that knows no other says so", () => {
  expect(showPeers([], { width: 80, next: (command) => `posthorn ${command}` })).toContain(
    "No other server is known yet.",
  );
});
