import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runBench, sections } from "./bench.ts";
import type { Plan } from "./plan.ts";
import { report } from "./report.ts";

/** A handful of everything: what it shows is that all of it works, never how fast. */
const tiny: Plan = {
  letterBytes: 4_096,
  senders: 2,
  recipients: 3,
  delivery: { warmUp: 4, rounds: 2, lettersInRound: 60, idleLetters: 2 },
  growth: {
    warmUp: 2,
    rounds: 1,
    lettersInRound: 5,
    idleLetters: 2,
    mailboxLetters: 2,
    deadPeers: 3,
    lettersPerDeadPeer: 2,
  },
  seal: {
    messages: { recipients: [1, 3], rounds: 2, turnMs: 1 },
    file: { bytes: 300_000, rounds: 2 },
    browser: { rounds: 2, passes: 1 },
  },
  sync: { mailboxes: [60, 120], warmUp: 4, rounds: 1, requests: 8, streams: 3, pushes: 5 },
  search: { letters: 500, passes: 1 },
  web: { letters: 300, reloads: 1, times: 2, flings: 1, rounds: 2 },
};

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "posthorn-bench-test-"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const figure = expect.toSatisfy((value) => typeof value === "number" && value > 0 && value < 1e9, "a figure");
const spread = { min: figure, median: figure, max: figure };
const rounds = {
  messagesPerSecond: spread,
  cpuSecondsPer1000: spread,
  senderCpuSecondsPer1000: spread,
  receiverCpuSecondsPer1000: spread,
  rssMiB: spread,
};
const throughput = { toBareChain: spread, posthorn: rounds, bareChain: rounds };
const idle = { p50Ms: figure, p99Ms: figure };
const size = { rounds, idle, idleRssMiB: figure };
const rates = { seal: spread, open: spread };
const sealedMessage = (recipients: number) => ({
  recipients,
  sealPerS: figure,
  openPerS: figure,
  sealOfPrimitives: figure,
  openOfPrimitives: figure,
  sealOfOpenPgp: figure,
  openOfOpenPgp: figure,
  posthorn: rates,
  primitives: rates,
  openPgp: rates,
  toPrimitives: rates,
  toOpenPgp: rates,
});
const sealedFile = {
  bytes: 300_000,
  rounds: 2,
  sealMbPerS: figure,
  openMbPerS: figure,
  sealOfBareCipher: figure,
  openOfBareCipher: figure,
  sealOfWebCryptoPieces: figure,
  openOfWebCryptoPieces: figure,
  sealOfWebCryptoWhole: figure,
  openOfWebCryptoWhole: figure,
  sealOfOpenPgp: figure,
  openOfOpenPgp: figure,
  posthorn: rates,
  bareCipher: rates,
  webCryptoPieces: rates,
  webCryptoWhole: rates,
  openPgp: rates,
  toBareCipher: rates,
  toWebCryptoPieces: rates,
  toWebCryptoWhole: rates,
  toOpenPgp: rates,
};
const ratios = {
  messagesPerSecond: figure,
  cpuSecondsPer1000: figure,
  idleP50Ms: figure,
  idleP99Ms: figure,
  idleRssMiB: figure,
  loadedRssMiB: figure,
};

const searched = {
  buildPerS: figure,
  readAgain: expect.any(Number),
  sizeBytes: figure,
  sizeOfText: figure,
  segments: figure,
  openMs: figure,
  coldP50Ms: figure,
  coldP95Ms: figure,
  warmP50Ms: figure,
  warmP95Ms: figure,
  askedP95Ms: expect.objectContaining({ "is:starred, none": figure }),
};

const least = expect.toSatisfy((value) => typeof value === "number" && value >= 0, "a figure or nothing");
const hands = {
  warmListMs: figure,
  warmKeysMs: figure,
  blockedMs: least,
  nextMs: figure,
  selectMs: figure,
  starMs: figure,
  archiveMs: figure,
  openMs: figure,
  closeMs: figure,
  paletteMs: figure,
  searchMs: figure,
  jumpMs: figure,
  keysMs: figure,
  fling: { frames: figure, blank: least, late: least },
  layoutShift: least,
};

const inbox = (messages: number) => ({
  messages,
  open: idle,
  openThreads: idle,
  changes: idle,
  bare: idle,
});

test("a few letters through both chains, and a few sealed, give every figure, in tables and as one JSON object in the last line", {
  timeout: 300_000,
}, async () => {
  const said: string[] = [];
  const results = await runBench({ folder, say: (text) => said.push(text) }, tiny, sections);
  const text = report(results, { json: true });

  expect(JSON.parse(text.slice(text.lastIndexOf("\n") + 1))).toEqual({
    delivery: {
      toBareChain: figure,
      messagesPerSecond: figure,
      cpuSecondsPer1000: figure,
      idleP50Ms: figure,
      idleP99Ms: figure,
      idleRssMiB: figure,
      loadedRssMiB: figure,
      restingRssMiB: figure,
      letters: 120,
      rounds: 2,
      single: throughput,
      batched: throughput,
      idle: { letters: 4, posthorn: idle, bareChain: idle },
    },
    growth: {
      mailboxLetters: 2,
      deadPeers: 3,
      waitingLetters: 6,
      tenfoldToUsual: ratios,
      manyPeersToUsual: ratios,
      usual: size,
      tenfoldMailboxes: size,
      manyPeers: size,
    },
    seal: {
      payloadBytes: 4_096,
      rounds: 2,
      messages: [sealedMessage(1), sealedMessage(3)],
      file: sealedFile,
      browser: {
        rounds: 2,
        open50Ms: figure,
        open50AtOnceMs: figure,
        open50ColdMs: figure,
        inTurn: spread,
        atOnce: spread,
        cold: spread,
      },
    },
    sync: {
      messages: 120,
      openInboxP99Ms: figure,
      growthFrom1000: figure,
      changesP99Ms: figure,
      pushP99Ms: figure,
      streams: 3,
      kibPerStream: expect.any(Number),
      toBare: figure,
      requests: 8,
      rounds: 1,
      inboxes: [inbox(60), inbox(120)],
      push: { streams: 3, p50Ms: figure, p99Ms: figure, kibPerStream: expect.any(Number) },
    },
    search: {
      messages: 500,
      buildPerS: figure,
      coldP95Ms: figure,
      warmP95Ms: figure,
      sizeOfText: figure,
      readAgain: expect.any(Number),
      browser: searched,
      node: searched,
    },
    web: {
      messages: 300,
      unlockMs: figure,
      wholeListS: figure,
      wholeIndexS: figure,
      isKept: true,
      firstScriptKb: figure,
      warmListMs: figure,
      warmListSlowMs: figure,
      actP95Ms: figure,
      actSlowP95Ms: figure,
      openP95Ms: figure,
      searchP95Ms: figure,
      blankFrames: least,
      layoutShift: least,
      heapGrowth: expect.any(Number),
      firstView: {
        scriptKb: figure,
        styleKb: figure,
        pageKb: figure,
        fontKb: figure,
        workerKb: figure,
        files: expect.arrayContaining([expect.stringMatching(/^\/assets\/index-.*\.js$/)]),
      },
      laptop: hands,
      phone: hands,
      memory: { rounds: 2, beforeMb: figure, afterMb: figure },
    },
  });
  expect(text).toMatch(/^one a request, messages\/s +\d+\.\d\d \(.*≥ 0\.50$/m);
  expect(text).toMatch(/^fifty a request, messages\/s +\d+\.\d\d \(/m);
  expect(text).toMatch(/^ +× mailbox +× peers +usual +tenfold +peers$/m);
  expect(text).toMatch(/^seal to 3; primitives +\d+\.\d\d \(/m);
  expect(text).toMatch(/^open; WebCrypto, one call +\d+\.\d\d \(.*≥ 0\.50$/m);
  expect(text).toMatch(/^50 opened in a browser, ms +\d/m);
  expect(text).toMatch(/^messages in the mailbox +60 +120 +aim$/m);
  expect(text).toMatch(/^indexed, letters\/s +\d.* > 1,000$/m);
  expect(text).toMatch(/^scripts of the first view, KB gz +\d+\.\d +≤ 150$/m);
  expect(text).not.toContain("NaN");
  expect(said.length).toBeGreaterThan(0);
});
