/** Statements of good form in their place, which the wrong keys signed, or over other bytes. */
import { type SignedStatement, statementBytes } from "../account-statement.ts";
import { fromBase64Url, toBase64Url } from "../base64.ts";
import { signBytes } from "../ed25519.ts";
import type { ChainFault } from "../key-chain.ts";
import { encodeStatement } from "../statement.ts";
import type { ChainCase } from "./chain.ts";
import {
  append,
  begin,
  epochOf,
  headOf,
  keys,
  replaceKey,
  resetKey,
  tamper,
  tamperText,
  textOf,
} from "./chain-actors.ts";
import { fourStatements, threeStatements } from "./chain-links.ts";

/** The order of the group (RFC 8032 §5.1): adding it to S gives another text for the same signature. */
const order = 2n ** 252n + 27742317777372353535851937790883648493n;

type Row = readonly [name: string, why: ChainFault, chain: () => Promise<SignedStatement[]>];

const third = threeStatements;
const rotated = async () => append(await third());
const replaced = async () => replaceKey(await third(), keys.aliceSecond);

const own: readonly Row[] = [
  [
    "a rotation signed by somebody else",
    "signature",
    async () => append(await third(), {}, { own: keys.evil }),
  ],
  [
    "a reset signed by the old key only",
    "signature",
    async () => replaceKey(await third(), keys.evil, { reason: "reset" }, { own: keys.alice }),
  ],
  ["one bit of the signature changed", "signature", async () => bent(await rotated())],
  ["no signature", "signature", async () => tamper(await rotated(), { signature: "" })],
  [
    "a signature of 63 bytes",
    "signature",
    async () => tamper(await rotated(), { signature: "A".repeat(84) }),
  ],
  [
    "a signature in its second spelling",
    "signature",
    async () => {
      const chain = await rotated();
      const { signature } = lastOf(chain);
      return tamper(chain, { signature: `${signature.slice(0, -1)}${secondSpelling(signature)}` });
    },
  ],
  ["a signature with the group's order added", "signature", async () => plusOrder(await rotated())],
  ["a signature of zeros", "signature", async () => tamper(await rotated(), { signature: "A".repeat(86) })],
  [
    "the signature of the statement before",
    "signature",
    async () => tamper(await rotated(), { signature: lastOf(await third()).signature }),
  ],
  [
    "a signature over the same texts for another purpose",
    "signature",
    async () => otherDomain(await rotated()),
  ],
  [
    "a signature over the hash of the bytes",
    "signature",
    async () => signedOver(await rotated(), await digest(await rotated())),
  ],
];

const texts: readonly Row[] = [
  [
    "the policy changed after it was signed",
    "signature",
    async () => tamperText(await rotated(), { policy: "open" }),
  ],
  [
    "the vault's head changed after it was signed",
    "signature",
    async () => tamperText(await rotated(), { vaultHead: "A".repeat(43) }),
  ],
  [
    "the time changed after it was signed",
    "signature",
    async () => tamperText(await rotated(), { validFrom: "2026-10-03T00:00:00.000Z" }),
  ],
  [
    "an epoch added after it was signed",
    "signature",
    async () => tamperText(await rotated(), { epochs: [...headOf(await third()).epochs, await epochOf(11)] }),
  ],
  [
    "an epoch taken away after it was signed",
    "signature",
    async () => tamperText(await rotated(), { epochs: headOf(await third()).epochs.slice(1) }),
  ],
  [
    "an epoch's key exchanged after it was signed",
    "signature",
    async () =>
      tamperText(await append(await third(), { epochs: [await epochOf(11)] }), {
        epochs: [
          await epochOf(12, {
            validFrom: (await epochOf(11)).validFrom,
            validUntil: (await epochOf(11)).validUntil,
          }),
        ],
      }),
  ],
  [
    "an epoch made longer after it was signed",
    "signature",
    async () =>
      tamperText(await append(await third(), { epochs: [await epochOf(11)] }), {
        epochs: [await epochOf(11, { validUntil: "2027-11-01T00:00:00.000Z" })],
      }),
  ],
  [
    "the identity key exchanged after it was signed, as a reset",
    "signature",
    async () =>
      tamperText(await append(await third(), { epochs: [await epochOf(11)] }), {
        identityKey: textOf(keys.evil),
        reason: "reset",
      }),
  ],
  [
    "a compromise told as a reset",
    "signature",
    async () => tamper(tamperText(await replaced(), { reason: "reset" }), { previousSignature: "" }),
  ],
  [
    "a reset told as a compromise",
    "signature",
    async () => tamperText(await resetKey(await third(), keys.aliceSecond), { reason: "compromise" }),
  ],
];

const previous: readonly Row[] = [
  [
    "a new key that the old one did not sign for",
    "previousSignature",
    async () => replaceKey(await third(), keys.evil, {}, { previous: undefined }),
  ],
  [
    "a new key that somebody else signed for",
    "previousSignature",
    async () => replaceKey(await third(), keys.evil, {}, { previous: keys.bob }),
  ],
  [
    "a new key that signed for itself twice",
    "previousSignature",
    async () => replaceKey(await third(), keys.evil, {}, { previous: keys.evil }),
  ],
  [
    "a new key that did not sign, as it is not the signer's",
    "signature",
    async () => replaceKey(await third(), keys.evil, {}, { own: keys.alice }),
  ],
  [
    "both signatures, each in the other's place",
    "signature",
    async () =>
      replaceKey(await third(), keys.aliceSecond, {}, { own: keys.alice, previous: keys.aliceSecond }),
  ],
  [
    "the old key's signature for another new key",
    "previousSignature",
    async () => {
      const { previousSignature } = lastOf(await replaced());
      return tamper(await replaceKey(await third(), keys.evil), { previousSignature });
    },
  ],
  [
    "the old key's signature, cut",
    "previousSignature",
    async () => {
      const chain = await replaced();
      return tamper(chain, { previousSignature: lastOf(chain).previousSignature.slice(0, -1) });
    },
  ],
  [
    "a rotation with a second signature",
    "previousSignature",
    async () => append(await third(), {}, { previous: keys.alice }),
  ],
  [
    "a reset with the old key's signature",
    "previousSignature",
    async () => {
      const chain = await resetKey(await third(), keys.aliceSecond);
      const bytes = statementBytes(headOf(chain));
      return tamper(chain, { previousSignature: toBase64Url(await signBytes(keys.alice, bytes)) });
    },
  ],
];

const first: readonly Row[] = [
  ["a first statement signed by somebody else", "signature", () => begin({}, { own: keys.evil })],
  [
    "a first statement with a second signature",
    "previousSignature",
    () => begin({}, { previous: keys.alice }),
  ],
];

const afterReplaced: readonly Row[] = [
  [
    "the key that was replaced signs for the new one",
    "signature",
    async () => append(await fourStatements(), {}, { own: keys.alice }),
  ],
  [
    "a new key that the key before the last signed for",
    "previousSignature",
    async () =>
      replaceKey(
        await fourStatements(),
        keys.aliceThird,
        { epochs: [await epochOf(12)] },
        { previous: keys.alice },
      ),
  ],
];

/** The last statement of each is at fault. */
export const signatureAttacks: readonly ChainCase[] = [
  ...inPlace(0, first),
  ...inPlace(3, [...own, ...texts, ...previous]),
  ...inPlace(4, afterReplaced),
];

function inPlace(at: number, rows: readonly Row[]): ChainCase[] {
  return rows.map(([name, why, chain]) => ({ name, chain, result: { kind: "broken", at, why } }));
}

function lastOf(chain: readonly SignedStatement[]): SignedStatement {
  const last = chain.at(-1);
  if (last === undefined) throw new Error("The chain is empty.");
  return last;
}

async function signedOver(chain: SignedStatement[], bytes: Uint8Array): Promise<SignedStatement[]> {
  return tamper(chain, { signature: toBase64Url(await signBytes(keys.alice, bytes)) });
}

async function digest(chain: readonly SignedStatement[]): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", statementBytes(headOf(chain))));
}

/** Signed with a domain in which a host's root key signs, over the texts as they stand behind the length of ours. */
async function otherDomain(chain: SignedStatement[]): Promise<SignedStatement[]> {
  const domainBytes = 4 + "posthorn-account-key-v1".length;
  const domain = encodeStatement("posthorn-key", []) ?? new Uint8Array();
  return signedOver(chain, Uint8Array.of(...domain, ...statementBytes(headOf(chain)).subarray(domainBytes)));
}

function bent(chain: SignedStatement[]): SignedStatement[] {
  const bytes = fromBase64Url(lastOf(chain).signature);
  return tamper(chain, { signature: toBase64Url(bytes.with(40, (bytes[40] ?? 0) ^ 1)) });
}

function plusOrder(chain: SignedStatement[]): SignedStatement[] {
  const bytes = fromBase64Url(lastOf(chain).signature);
  let s = order;
  for (const [at, byte] of bytes.subarray(32).entries()) s += BigInt(byte) << BigInt(8 * at);
  const added = Uint8Array.from({ length: 32 }, (_, at) => Number((s >> BigInt(8 * at)) & 0xffn));
  return tamper(chain, { signature: toBase64Url(Uint8Array.of(...bytes.subarray(0, 32), ...added)) });
}

/** The last letter of a signature with one of the bits set that stand for nothing. */
function secondSpelling(signature: string): string {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return letters.charAt(letters.indexOf(signature.slice(-1)) + 1);
}
