/** What was measured, for programs: the figures that aims are set for by their names, and all that they come from. */
import type { Delivery } from "./delivery.ts";
import type { Growth, Size } from "./growth.ts";
import type { BrowserOpening } from "./seal/browser-opening.ts";
import type { SealedFile } from "./seal/file.ts";
import type { Messages } from "./seal/messages.ts";
import type { Seal } from "./seal/seal.ts";
import type { Search } from "./search/search.ts";
import type { Sync } from "./sync/sync.ts";
import { slowestAct } from "./web/show-web.ts";
import type { Web } from "./web/web.ts";

export interface Results {
  delivery?: Delivery | undefined;
  growth?: Growth | undefined;
  seal?: Seal | undefined;
  sync?: Sync | undefined;
  search?: Search | undefined;
  web?: Web | undefined;
}

export function summarise({ delivery, growth, seal, sync, search, web }: Results): Record<string, unknown> {
  return {
    ...(delivery === undefined ? {} : { delivery: summariseDelivery(delivery) }),
    ...(growth === undefined ? {} : { growth: summariseGrowth(growth) }),
    ...(seal === undefined ? {} : { seal: summariseSeal(seal) }),
    ...(sync === undefined ? {} : { sync: summariseSync(sync) }),
    ...(search === undefined ? {} : { search: summariseSearch(search) }),
    ...(web === undefined ? {} : { web: summariseWeb(web) }),
  };
}

function summariseDelivery({ single, idle, ...rest }: Delivery) {
  return {
    toBareChain: single.toBareChain.median,
    messagesPerSecond: single.posthorn.messagesPerSecond.median,
    cpuSecondsPer1000: single.posthorn.cpuSecondsPer1000.median,
    idleP50Ms: idle.posthorn.p50Ms,
    idleP99Ms: idle.posthorn.p99Ms,
    loadedRssMiB: single.posthorn.rssMiB.max,
    ...rest,
    single,
    idle,
  };
}

/** Each size with what it is to the usual one. */
function summariseGrowth({ usual, tenfoldMailboxes, manyPeers, ...sizes }: Growth) {
  return {
    ...sizes,
    tenfoldToUsual: ratios(tenfoldMailboxes, usual),
    manyPeersToUsual: ratios(manyPeers, usual),
    usual,
    tenfoldMailboxes,
    manyPeers,
  };
}

function ratios(size: Size, usual: Size) {
  return {
    messagesPerSecond: size.rounds.messagesPerSecond.median / usual.rounds.messagesPerSecond.median,
    cpuSecondsPer1000: size.rounds.cpuSecondsPer1000.median / usual.rounds.cpuSecondsPer1000.median,
    idleP50Ms: size.idle.p50Ms / usual.idle.p50Ms,
    idleP99Ms: size.idle.p99Ms / usual.idle.p99Ms,
    idleRssMiB: size.idleRssMiB / usual.idleRssMiB,
    loadedRssMiB: size.rounds.rssMiB.max / usual.rounds.rssMiB.max,
  };
}

function summariseSeal({ messages, file, browser, ...rest }: Seal) {
  return {
    ...rest,
    messages: messages.map(summariseMessages),
    file: summariseFile(file),
    browser: summariseBrowser(browser),
  };
}

function summariseBrowser({ rounds, ...times }: BrowserOpening) {
  const { inTurn, atOnce, cold } = times;
  return {
    rounds,
    open50Ms: inTurn.median,
    open50AtOnceMs: atOnce.median,
    open50ColdMs: cold.median,
    ...times,
  };
}

function summariseMessages({ recipients, posthorn, toPrimitives, toOpenPgp, ...rest }: Messages) {
  return {
    recipients,
    sealPerS: posthorn.seal.median,
    openPerS: posthorn.open.median,
    sealOfPrimitives: toPrimitives.seal.median,
    openOfPrimitives: toPrimitives.open.median,
    sealOfOpenPgp: toOpenPgp.seal.median,
    openOfOpenPgp: toOpenPgp.open.median,
    posthorn,
    toPrimitives,
    toOpenPgp,
    ...rest,
  };
}

function summariseFile({ bytes, rounds, posthorn, ...rest }: SealedFile) {
  const { toBareCipher, toWebCryptoPieces, toWebCryptoWhole, toOpenPgp } = rest;
  return {
    bytes,
    rounds,
    sealMbPerS: posthorn.seal.median,
    openMbPerS: posthorn.open.median,
    sealOfBareCipher: toBareCipher.seal.median,
    openOfBareCipher: toBareCipher.open.median,
    sealOfWebCryptoPieces: toWebCryptoPieces.seal.median,
    openOfWebCryptoPieces: toWebCryptoPieces.open.median,
    sealOfWebCryptoWhole: toWebCryptoWhole.seal.median,
    openOfWebCryptoWhole: toWebCryptoWhole.open.median,
    sealOfOpenPgp: toOpenPgp.seal.median,
    openOfOpenPgp: toOpenPgp.open.median,
    posthorn,
    ...rest,
  };
}

/** Of the largest mailbox, and what it is to the smallest. */
function summariseSync({ inboxes, push, ...rest }: Sync) {
  const largest = inboxes.at(-1);
  const [smallest] = inboxes;
  if (largest === undefined || smallest === undefined) throw new Error("no mailbox was measured");
  return {
    messages: largest.messages,
    openInboxP99Ms: largest.open.p99Ms,
    growthFrom1000: largest.open.p99Ms / smallest.open.p99Ms,
    changesP99Ms: largest.changes.p99Ms,
    pushP99Ms: push.p99Ms,
    streams: push.streams,
    kibPerStream: push.kibPerStream,
    toBare: largest.open.p50Ms / largest.bare.p50Ms,
    ...rest,
    inboxes,
    push,
  };
}

/** Of the browser, where people search. */
function summariseSearch({ letters, browser, node }: Search) {
  return {
    messages: letters,
    buildPerS: browser.buildPerS,
    coldP95Ms: browser.coldP95Ms,
    warmP95Ms: browser.warmP95Ms,
    sizeOfText: browser.sizeOfText,
    readAgain: browser.readAgain,
    browser,
    node,
  };
}

/** Of a laptop, where no fourth is said. */
function summariseWeb({ firstView, laptop, phone, memory, ...rest }: Web) {
  return {
    ...rest,
    firstScriptKb: firstView.scriptKb,
    warmListMs: laptop.warmListMs,
    warmListSlowMs: phone.warmListMs,
    actP95Ms: slowestAct(laptop),
    actSlowP95Ms: slowestAct(phone),
    openP95Ms: laptop.openMs,
    searchP95Ms: laptop.searchMs,
    blankFrames: laptop.fling.blank,
    layoutShift: laptop.layoutShift,
    heapGrowth: memory.afterMb / memory.beforeMb - 1,
    firstView,
    laptop,
    phone,
    memory,
  };
}
