/** Chains that hold by themselves, against what a client has seen before. */
import type { SignedStatement } from "../account-statement.ts";
import type { ChainCase, Expected } from "./chain.ts";
import {
  append,
  begin,
  epochOf,
  keys,
  nowMs,
  pinTo,
  replaceKey,
  resetKey,
  textOf,
  timeOf,
} from "./chain-actors.ts";
import { fourStatements, threeStatements } from "./chain-links.ts";

type Statements = () => Promise<SignedStatement[]>;
type Row = readonly [name: string, result: Expected, chain: Statements, pinned?: Statements];

const three = threeStatements;
const four = fourStatements;
const upTo = (count: number, chain: Statements) => async () => (await chain()).slice(0, count);
const reset = async () => resetKey(await three(), keys.aliceSecond);
const open = async () => append(await three(), { policy: "open" });

/** As seen by one who is given the newest statement only, since its owner lost all before it. */
const lostHistory = async (change = {}) =>
  (await resetKey(await three(), keys.aliceThird, { prev: "", ...change })).slice(3);

export const goodChains: readonly ChainCase[] = rows([
  ["a first statement, seen for the first time", { kind: "firstSeen" }, () => begin()],
  ["three statements, seen for the first time", { kind: "firstSeen" }, three],
  ["a chain with a replaced key, seen for the first time", { kind: "firstSeen" }, four],
  ["a chain with a reset, seen for the first time", { kind: "firstSeen" }, reset],
  ["a chain that begins with a reset, seen for the first time", { kind: "firstSeen" }, () => lostHistory()],
  ["an account that never took sealed mail only", { kind: "firstSeen" }, () => begin({ policy: "open" })],
  [
    "made a day after now, by a clock that is ahead",
    { kind: "firstSeen" },
    async () => append(await three(), { validFrom: timeOf(nowMs + 86_400_000) }),
  ],
  [
    "two statements of the same instant",
    { kind: "firstSeen" },
    async () => append(await begin(), { validFrom: "2026-08-01T00:00:00.000Z" }),
  ],
  [
    "eight epochs",
    { kind: "firstSeen" },
    async () => begin({ epochs: await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map((n) => epochOf(n))) }),
  ],
  [
    "an epoch of 400 days",
    { kind: "firstSeen" },
    async () => begin({ epochs: [await epochOf(8, { validUntil: "2027-09-05T00:00:00.000Z" })] }),
  ],
  [
    "an epoch that is long over",
    { kind: "firstSeen" },
    async () =>
      begin({
        epochs: [
          await epochOf(1, { validFrom: "2025-01-01T00:00:00.000Z", validUntil: "2025-04-01T00:00:00.000Z" }),
        ],
      }),
  ],
  ["nothing new", { kind: "unchanged" }, three, three],
  ["a new epoch", { kind: "extended", policyLowered: false }, three, upTo(2, three)],
  ["two new epochs", { kind: "extended", policyLowered: false }, three, upTo(1, three)],
  [
    "another head of the vault",
    { kind: "extended", policyLowered: false },
    async () => append(await three(), { vaultHead: "A".repeat(43) }),
    three,
  ],
  ["mail in the open is taken from now on", { kind: "extended", policyLowered: true }, open, three],
  [
    "mail in the open was taken for a while",
    { kind: "extended", policyLowered: false },
    async () => append(await open(), { policy: "sealed" }),
    three,
  ],
  [
    "sealed mail only from now on",
    { kind: "extended", policyLowered: false },
    async () => append(await open(), { policy: "sealed" }),
    open,
  ],
  ["a replaced key", { kind: "newKey", policyLowered: false }, four, three],
  [
    "a replaced key, some statements ago",
    { kind: "newKey", policyLowered: false },
    async () => append(await append(await four())),
    upTo(1, three),
  ],
  [
    "a key replaced twice",
    { kind: "newKey", policyLowered: false },
    async () => replaceKey(await four(), keys.aliceThird, { epochs: [await epochOf(12)] }),
    three,
  ],
  [
    "a replaced key, and then mail in the open",
    { kind: "newKey", policyLowered: true },
    async () => append(await four(), { policy: "open" }),
    three,
  ],
  [
    "a replaced key that was open before",
    { kind: "newKey", policyLowered: false },
    async () => replaceKey(await open(), keys.aliceSecond),
    open,
  ],
  ["a reset", { kind: "reset", policyLowered: false }, reset, three],
  [
    "a reset, and then mail in the open",
    { kind: "reset", policyLowered: true },
    async () => append(await reset(), { policy: "open" }),
    three,
  ],
  [
    "a reset, and then a replaced key",
    { kind: "reset", policyLowered: false },
    async () => replaceKey(await reset(), keys.aliceThird, { epochs: [await epochOf(12)] }),
    three,
  ],
  [
    "a replaced key, and then a reset",
    { kind: "reset", policyLowered: false },
    async () => resetKey(await four(), keys.aliceThird, { epochs: [await epochOf(12)] }),
    three,
  ],
  ["a reset that was seen before", { kind: "unchanged" }, reset, reset],
  [
    "an epoch after a reset that was seen before",
    { kind: "extended", policyLowered: false },
    async () => append(await reset(), { epochs: [await epochOf(11), await epochOf(12)] }),
    reset,
  ],
  ["a reset without its history", { kind: "reset", policyLowered: false }, () => lostHistory(), three],
  [
    "a reset without its history, some numbers later",
    { kind: "reset", policyLowered: false },
    () => lostHistory({ seq: 9 }),
    three,
  ],
  [
    "a reset without its history that was seen before",
    { kind: "unchanged" },
    () => lostHistory(),
    () => lostHistory(),
  ],
  [
    "her key exchanged by the server, for one who has seen none",
    { kind: "firstSeen" },
    () => begin({ identityKey: textOf(keys.evil) }),
  ],
]);

export const pinAttacks: readonly ChainCase[] = rows([
  ["the newest statement is withheld", { kind: "rolledBack", why: "vanished" }, upTo(2, three), three],
  ["all but the first are withheld", { kind: "rolledBack", why: "vanished" }, upTo(1, three), three],
  ["the account has no keys any more", { kind: "rolledBack", why: "vanished" }, async () => [], three],
  ["the statement that replaced the key is withheld", { kind: "rolledBack", why: "vanished" }, three, four],
  ["the reset is withheld", { kind: "rolledBack", why: "vanished" }, three, reset],
  [
    "a shorter history of somebody else's key",
    { kind: "rolledBack", why: "vanished" },
    () => begin({ identityKey: textOf(keys.evil) }),
    three,
  ],
  [
    "another last statement by the same key",
    { kind: "rolledBack", why: "replaced" },
    async () => append((await three()).slice(0, 2)),
    three,
  ],
  [
    "another history by the same key, and longer",
    { kind: "rolledBack", why: "replaced" },
    async () => append(await append(await append((await three()).slice(0, 1)))),
    three,
  ],
  [
    "her key exchanged by the server",
    { kind: "rolledBack", why: "replaced" },
    () => begin({ identityKey: textOf(keys.evil) }),
    () => begin(),
  ],
  [
    "who stole the old key goes on where it was replaced",
    { kind: "rolledBack", why: "replaced" },
    async () => append(await append(await three())),
    four,
  ],
  [
    "who stole the old key replaces it by another one",
    { kind: "rolledBack", why: "replaced" },
    async () => replaceKey(await three(), keys.evil),
    four,
  ],
  [
    "a reset in the place of a statement that was seen",
    { kind: "rolledBack", why: "replaced" },
    async () => resetKey((await three()).slice(0, 2), keys.evil),
    three,
  ],
  [
    "a reset without its history in the place of one that was seen",
    { kind: "rolledBack", why: "replaced" },
    () => lostHistory({ seq: 2 }),
    three,
  ],
  [
    "a reset without its history that is older than what was seen",
    { kind: "rolledBack", why: "vanished" },
    () => lostHistory({ seq: 1 }),
    three,
  ],
  [
    "a reset without its history, by the key that was seen",
    { kind: "broken", at: 0, why: "oldKey" },
    () => lostHistory({ identityKey: textOf(keys.alice) }),
    three,
  ],
  [
    "a reset without its history, and then the key that was seen",
    { kind: "broken", at: 1, why: "oldKey" },
    async () => replaceKey(await lostHistory(), keys.alice, { epochs: [await epochOf(12)] }),
    three,
  ],
  [
    "a reset without its history, and with it mail in the open",
    { kind: "broken", at: 0, why: "downgrade" },
    () => lostHistory({ policy: "open" }),
    three,
  ],
]);

function rows(table: readonly Row[]): ChainCase[] {
  return table.map(([name, result, chain, pinned]) => {
    return pinned === undefined
      ? { name, result, chain }
      : { name, result, chain, pinned: async () => pinTo(await pinned()) };
  });
}
