/** Statements whose form alone is at fault; each is signed by the right keys, over just these texts. */

import type { FormFault } from "../account-statement-form.ts";
import type { ChainCase } from "./chain.ts";
import { append, begin, type Change, epochOf, keys, publicKeyOf, textOf } from "./chain-actors.ts";

const hash = "A".repeat(43);

/** What the second statement of a chain says otherwise. */
type Row = readonly [name: string, why: FormFault, change: Change | (() => Promise<Change>)];

const texts: readonly Row[] = [
  ["an address in capitals", "malformed", { address: "Alice@alpha.example" }],
  ["an empty address", "malformed", { address: "" }],
  ["an address without a host", "malformed", { address: "alice" }],
  ["an address of 390 characters", "malformed", { address: `alice@${"a".repeat(384)}` }],
  ["an address with a line break behind it", "malformed", { address: "alice@alpha.example\n" }],
  ["a number below zero", "malformed", { seq: -1 }],
  ["a broken number", "malformed", { seq: 1.5 }],
  ["a number beyond all bounds", "malformed", { seq: 2 ** 31 }],
  ["a previous hash that is too short", "malformed", { prev: hash.slice(1) }],
  ["a previous hash in its second spelling", "malformed", { prev: `${"A".repeat(42)}B` }],
  ["a previous hash in base64", "malformed", { prev: `+${hash.slice(1)}` }],
  ["an identity key of 31 bytes", "malformed", { identityKey: "A".repeat(42) }],
  [
    "an identity key in its second spelling",
    "malformed",
    { identityKey: `${textOf(keys.alice).slice(0, 42)}B` },
  ],
  ["the neutral point for an identity key", "unsoundKey", { identityKey: `AQ${"A".repeat(41)}` }],
  ["a point of order 4 for an identity key", "unsoundKey", { identityKey: hash }],
  ["an identity key beyond the field", "unsoundKey", { identityKey: `${"_".repeat(42)}8` }],
  ["a policy that there is not", "malformed", { policy: "none" }],
  ["a vault's head that is too long", "malformed", { vaultHead: `${hash}A` }],
  ["a vault's head in its second spelling", "malformed", { vaultHead: `${"A".repeat(42)}B` }],
  ["a reason that there is not", "malformed", { reason: "whim" }],
  ["no time", "malformed", { validFrom: "" }],
  ["a time without a fraction", "malformed", { validFrom: "2026-08-02T00:00:00Z" }],
  ["a time with an offset", "malformed", { validFrom: "2026-08-02T00:00:00+00:00" }],
  ["a time with six digits of fraction", "malformed", { validFrom: "2026-08-02T00:00:00.000000Z" }],
  ["a day that there is not", "malformed", { validFrom: "2026-02-30T00:00:00.000Z" }],
  ["the hour 24", "malformed", { validFrom: "2026-08-02T24:00:00.000Z" }],
  ["a time before 2025", "malformed", { validFrom: "2024-12-31T23:59:59.999Z" }],
  ["a time in 2100", "malformed", { validFrom: "2100-01-01T00:00:00.000Z" }],
];

const epochs: readonly Row[] = [
  ["no epoch", "malformed", { epochs: [] }],
  [
    "nine epochs",
    "malformed",
    async () => ({ epochs: await Promise.all([1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => epochOf(n))) }),
  ],
  ["a key that is a byte short", "malformed", async () => oneEpoch({ publicKey: publicKeyOf(8, 1215) })],
  ["a key that is a byte long", "malformed", async () => oneEpoch({ publicKey: publicKeyOf(8, 1217) })],
  [
    "a key in its second spelling",
    "malformed",
    async () => oneEpoch({ publicKey: `${publicKeyOf(8).slice(0, -1)}B` }),
  ],
  ["a key's id that is too short", "malformed", async () => oneEpoch({ keyId: "A".repeat(21) })],
  ["a key's id that is the whole hash", "malformed", async () => oneEpoch({ keyId: hash })],
  ["a key under the id of another one", "keyId", async () => oneEpoch({ keyId: (await epochOf(9)).keyId })],
  ["another key under the id of one", "keyId", async () => oneEpoch({ publicKey: publicKeyOf(9) })],
  [
    "an epoch's time in another spelling",
    "malformed",
    async () => oneEpoch({ validFrom: "2026-08-01T00:00:00Z" }),
  ],
  ["an epoch without end", "malformed", async () => oneEpoch({ validUntil: "9999-12-31T23:59:59.999Z" })],
  ["an epoch twice", "doubledEpoch", async () => ({ epochs: [await epochOf(8), await epochOf(8)] })],
  [
    "a key twice, at two times",
    "doubledEpoch",
    async () => ({ epochs: [await epochOf(8), await epochOf(8, { validFrom: "2026-09-01T00:00:00.000Z" })] }),
  ],
  ["epochs in the wrong order", "epochOrder", async () => ({ epochs: [await epochOf(9), await epochOf(8)] })],
  [
    "two epochs that begin at the same time",
    "epochOrder",
    async () => ({ epochs: [await epochOf(8), await epochOf(9, { validFrom: "2026-08-01T00:00:00.000Z" })] }),
  ],
  [
    "an epoch that ends before it begins",
    "epochDates",
    async () => oneEpoch({ validUntil: "2026-07-31T00:00:00.000Z" }),
  ],
  [
    "an epoch that ends as it begins",
    "epochDates",
    async () => oneEpoch({ validUntil: "2026-08-01T00:00:00.000Z" }),
  ],
  [
    "an epoch of 400 days and a millisecond",
    "epochDates",
    async () => oneEpoch({ validUntil: "2027-09-05T00:00:00.001Z" }),
  ],
  [
    "an epoch that begins 400 days and a millisecond later",
    "epochDates",
    async () => ({
      epochs: [
        await epochOf(8),
        await epochOf(9, { validFrom: "2027-09-06T00:00:00.001Z", validUntil: "2027-10-01T00:00:00.000Z" }),
      ],
    }),
  ],
];

export const formAttacks: readonly ChainCase[] = [...texts, ...epochs].map(([name, why, change]) => ({
  name,
  chain: async () => append(await begin(), typeof change === "function" ? await change() : change),
  result: { kind: "broken", at: 1, why },
}));

async function oneEpoch(change: Parameters<typeof epochOf>[1]): Promise<Change> {
  return { epochs: [await epochOf(8, change)] };
}
