/** Statements of good form that do not follow one another. */
import { hashStatement, type SignedStatement } from "../account-statement.ts";
import type { ChainFault } from "../key-chain.ts";
import type { ChainCase, Expected } from "./chain.ts";
import {
  alice,
  append,
  begin,
  bob,
  epochOf,
  headOf,
  keys,
  nowMs,
  replaceKey,
  resetKey,
  textOf,
  timeOf,
} from "./chain-actors.ts";

type Row = readonly [name: string, result: Expected, chain: () => Promise<SignedStatement[]>];

/** Alice's statements 0 to 2: epochs 8; 8 and 9; 8, 9 and 10. */
export async function threeStatements(): Promise<SignedStatement[]> {
  const [first, second, third] = [await epochOf(8), await epochOf(9), await epochOf(10)];
  const two = await append(await begin(), { epochs: [first, second], validFrom: second.validFrom });
  return append(two, { epochs: [first, second, third], validFrom: third.validFrom });
}

/** Her statement 3 too: another identity, since the old key may have been stolen. */
export async function fourStatements(): Promise<SignedStatement[]> {
  return replaceKey(await threeStatements(), keys.aliceSecond, { validFrom: "2026-11-01T00:00:00.000Z" });
}

async function bobsStatements(): Promise<SignedStatement[]> {
  return append(await begin({ address: bob, identityKey: textOf(keys.bob) }));
}

function broken(at: number, why: ChainFault): Expected {
  return { kind: "broken", at, why };
}

async function hashAt(chain: readonly SignedStatement[], at: number): Promise<string> {
  return hashStatement(headOf(chain.slice(0, at + 1)));
}

const places: readonly Row[] = [
  ["no statement at all", broken(0, "empty"), async () => []],
  [
    "more than a thousand statements",
    broken(1000, "tooLong"),
    async () => {
      const [first] = await begin();
      return Array.from({ length: 1001 }, () => first).flatMap((one) => one ?? []);
    },
  ],
  ["the first statement cut off", broken(0, "start"), async () => (await threeStatements()).slice(1)],
  ["begins where the key was replaced", broken(0, "start"), async () => (await fourStatements()).slice(3)],
  ["a first statement with the number 1", broken(0, "start"), () => begin({ seq: 1 })],
  ["a first statement that names one before it", broken(0, "start"), () => begin({ prev: "A".repeat(43) })],
  ["a reset with the number 0", broken(0, "start"), () => begin({ reason: "reset" })],
  ["a rotation with the number 0", broken(0, "start"), () => begin({ reason: "rotation" })],
  ["a statement left out", broken(1, "seq"), async () => (await threeStatements()).toSpliced(1, 1)],
  [
    "a statement twice",
    broken(2, "seq"),
    async () => (await threeStatements()).flatMap((one, at) => (at === 1 ? [one, one] : [one])),
  ],
  [
    "two statements exchanged",
    broken(1, "seq"),
    async () => {
      const [a, b, c] = await threeStatements();
      return [a, c, b].flatMap((one) => one ?? []);
    },
  ],
  ["a number left out", broken(3, "seq"), async () => append(await threeStatements(), { seq: 4 })],
  [
    "a number twice, each for another statement",
    broken(3, "seq"),
    async () => {
      const fork = await append((await threeStatements()).slice(0, 2));
      return [...(await threeStatements()), ...fork.slice(2)];
    },
  ],
  ["a number that goes back", broken(3, "seq"), async () => append(await threeStatements(), { seq: 0 })],
  ["no previous hash", broken(3, "prev"), async () => append(await threeStatements(), { prev: "" })],
  [
    "the hash of the one before the last",
    broken(3, "prev"),
    async () => append(await threeStatements(), { prev: await hashAt(await threeStatements(), 1) }),
  ],
  [
    "the hash of another statement of the same number",
    broken(3, "prev"),
    async () => {
      const fork = await append((await threeStatements()).slice(0, 2));
      return append(await threeStatements(), { prev: await hashAt(fork, 2) });
    },
  ],
  [
    "the hash of another account's statement",
    broken(2, "prev"),
    async () =>
      append((await threeStatements()).slice(0, 2), { prev: await hashAt(await bobsStatements(), 1) }),
  ],
  [
    "the end of another history of the same keys",
    broken(3, "prev"),
    async () => {
      const fork = await append(await append((await threeStatements()).slice(0, 2)));
      return [...(await threeStatements()), ...fork.slice(3)];
    },
  ],
  [
    "a reset that names no statement though there are some",
    broken(3, "prev"),
    async () => resetKey(await threeStatements(), keys.aliceSecond, { prev: "" }),
  ],
  [
    "a reset that names an older statement",
    broken(3, "prev"),
    async () =>
      resetKey(await threeStatements(), keys.aliceSecond, { prev: await hashAt(await threeStatements(), 1) }),
  ],
];

const reasons: readonly Row[] = [
  [
    "a second first statement",
    broken(3, "reason"),
    async () => append(await threeStatements(), { reason: "first" }),
  ],
  [
    "a second first statement, with another identity",
    broken(3, "reason"),
    async () => replaceKey(await threeStatements(), keys.evil, { reason: "first" }),
  ],
  [
    "a rotation to another identity",
    broken(3, "reason"),
    async () => replaceKey(await threeStatements(), keys.aliceSecond, { reason: "rotation" }),
  ],
  [
    "a compromise of which the identity stays",
    broken(3, "reason"),
    async () => append(await threeStatements(), { reason: "compromise" }),
  ],
  [
    "a reset of which the identity stays",
    broken(3, "reason"),
    async () => append(await threeStatements(), { reason: "reset" }),
  ],
  [
    "who stole the old key goes on with it",
    broken(4, "reason"),
    async () => append(await fourStatements(), { identityKey: textOf(keys.alice) }),
  ],
  [
    "the old key comes back, signed by both",
    broken(4, "oldKey"),
    async () => replaceKey(await fourStatements(), keys.alice, { epochs: [await epochOf(12)] }),
  ],
  [
    "the old key comes back by a reset",
    broken(4, "oldKey"),
    async () => resetKey(await fourStatements(), keys.alice, { epochs: [await epochOf(12)] }),
  ],
  [
    "mail in the open with a key that replaces another",
    broken(3, "downgrade"),
    async () => replaceKey(await threeStatements(), keys.aliceSecond, { policy: "open" }),
  ],
  [
    "mail in the open with a reset",
    broken(3, "downgrade"),
    async () => resetKey(await threeStatements(), keys.evil, { policy: "open" }),
  ],
];

const times: readonly Row[] = [
  [
    "made before the last one",
    broken(3, "backInTime"),
    async () => append(await threeStatements(), { validFrom: "2026-09-30T23:59:59.999Z" }),
  ],
  [
    "made a day and a millisecond after now",
    broken(3, "future"),
    async () => append(await threeStatements(), { validFrom: timeOf(nowMs + 86_400_001) }),
  ],
  [
    "a first statement made next year",
    broken(0, "future"),
    () => begin({ validFrom: "2027-01-01T00:00:00.000Z" }),
  ],
];

const epochs: readonly Row[] = [
  [
    "an epoch that is to end later than it was",
    broken(3, "oldEpoch"),
    async () =>
      append(await threeStatements(), {
        epochs: [await epochOf(10, { validUntil: "2027-06-01T00:00:00.000Z" })],
      }),
  ],
  [
    "an epoch that is to end earlier than it was",
    broken(3, "oldEpoch"),
    async () =>
      append(await threeStatements(), {
        epochs: [await epochOf(10, { validUntil: "2026-10-02T00:00:00.000Z" })],
      }),
  ],
  [
    "an epoch that is to have begun earlier",
    broken(3, "oldEpoch"),
    async () =>
      append(await threeStatements(), {
        epochs: [await epochOf(10, { validFrom: "2026-09-02T00:00:00.000Z" })],
      }),
  ],
  [
    "an epoch that was given up comes back",
    broken(4, "oldEpoch"),
    async () =>
      append(await append(await threeStatements(), { epochs: [await epochOf(10)] }), {
        epochs: [await epochOf(9), await epochOf(10)],
      }),
  ],
  [
    "an epoch that outlives the identity that was stolen",
    broken(3, "oldEpoch"),
    async () =>
      replaceKey(await threeStatements(), keys.aliceSecond, {
        epochs: [await epochOf(10), await epochOf(11)],
      }),
  ],
  [
    "an epoch that outlives a reset",
    broken(3, "oldEpoch"),
    async () => resetKey(await threeStatements(), keys.evil, { epochs: [await epochOf(10)] }),
  ],
  [
    "an epoch of the identity before comes back later",
    broken(4, "oldEpoch"),
    async () => append(await fourStatements(), { epochs: [await epochOf(10), await epochOf(11)] }),
  ],
];

const accounts: readonly Row[] = [
  ["another account's chain", { kind: "otherAccount", at: 0 }, bobsStatements],
  [
    "another account's statement at the end",
    { kind: "otherAccount", at: 3 },
    async () => append(await threeStatements(), { address: bob }),
  ],
  [
    "her own id at another host",
    { kind: "otherAccount", at: 0 },
    () => begin({ address: "alice@beta.example" }),
  ],
  [
    "her own address with a tag",
    { kind: "otherAccount", at: 0 },
    () => begin({ address: alice.replace("@", "+shop@") }),
  ],
];

export const linkAttacks: readonly ChainCase[] = [
  ...places,
  ...reasons,
  ...times,
  ...epochs,
  ...accounts,
].map(([name, result, chain]) => ({ name, result, chain }));
