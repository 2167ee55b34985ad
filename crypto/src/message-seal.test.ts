import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromBase64Url } from "./base64.ts";
import { availableBackends } from "./choose-backend.ts";
import { sha256 } from "./digest.ts";
import { generateSigningKey, importVerifyKey } from "./ed25519.ts";
import { keyIdOf } from "./key-id.ts";
import { openMessage, type SealedMessage, sealMessage } from "./message-seal.ts";
import { sealVectors } from "./seal-vectors/message-vectors.ts";
import { sealedMessageCases } from "./vector-cases/sealed-messages.ts";
import { generateKemKey, importKemPublicKey } from "./x-wing.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);
const vectors = await sealVectors();
const backends = await availableBackends();

async function person(address: string, number: number) {
  const identity = await generateSigningKey(new Uint8Array(32).fill(number));
  const key = await generateKemKey(new Uint8Array(32).fill(100 + number));
  return {
    address,
    identity,
    key,
    verify: await importVerifyKey(identity.publicKey),
    asRecipient: {
      address,
      keyId: await keyIdOf(key.publicKey),
      publicKey: await importKemPublicKey(key.publicKey),
    },
  };
}

const alice = await person("alice@a.test", 1);
const bob = await person("bob@b.test", 2);
const carol = await person("carol@c.test", 3);
type Person = typeof alice;

async function seal(payload: Uint8Array, to: readonly Person[] = [alice, bob]): Promise<SealedMessage> {
  return sealMessage({
    id: "0192f0c1-7b5e-7c3a-9d42-3f1b8a6c2e10",
    from: alice.address,
    fromKeyId: await keyIdOf(alice.identity.publicKey),
    created: "2026-11-24T10:30:00Z",
    recipients: to.map(({ asRecipient }) => asRecipient),
    payload,
    signer: alice.identity,
  });
}

test("vectors/sealed-messages.json holds these vectors; `vitest run crypto/src/message-seal -u` writes it anew", async () => {
  const path = fileURLToPath(new URL("../../vectors/sealed-messages.json", import.meta.url));
  await expect(`${JSON.stringify(vectors, null, 1)}\n`).toMatchFileSnapshot(path);
});

const [letter] = vectors.good;

test.each<[string, string | undefined]>([
  ["the payload", letter && new TextDecoder().decode(fromBase64Url(letter.payload))],
  ["the sender's seed", letter?.senderSeed],
  ["the message's key", letter?.messageKey],
  ["the commitment", letter?.commit],
  ["the header's hash", letter?.headerHash],
  [
    "the hash of the text",
    letter && Buffer.from(await sha256(fromBase64Url(letter.ciphertext))).toString("hex"),
  ],
  ["the second recipient's seed", letter?.recipients[1]?.seed],
  ["the second recipient's wrap", letter?.keys[1]?.wrap],
])("%s of the first good case stands in the worked example of 100-sealing.md", (_, text) => {
  const page = fileURLToPath(new URL("../../docs/protocol/100-sealing.md", import.meta.url));
  expect(readFileSync(page, "utf8")).toContain(`\`${text}\``);
});

describe.each(backends.map((backend) => [backend.name, backend] as const))(
  "the vectors, with X-Wing “%s”",
  (_, backend) => {
    test.each(sealedMessageCases(vectors, backend))("$name", async ({ find, expected }) => {
      expect(await find()).toEqual(expected);
    });
  },
);

describe("a sealed message", () => {
  test("is read by its sender and by each recipient, and by nobody else", async () => {
    const text = utf8("Meet me at the old post office.");
    const sealed = await seal(text);
    for (const one of [alice, bob]) expect(await openMessage(one, alice.verify, sealed)).toEqual(text);
    expect(await openMessage(carol, alice.verify, sealed)).toBeUndefined();
    expect(await openMessage({ address: bob.address, key: carol.key }, alice.verify, sealed)).toBeUndefined();
  });

  test("shows of its length no more than its padding does", async () => {
    const sizes = await Promise.all(
      [0, 1, 500, 900].map(async (size) => (await seal(new Uint8Array(size))).ciphertext),
    );
    expect(new Set(sizes.map(({ length }) => length))).toEqual(new Set([1024 + 16]));
  });

  test("is never sealed twice to the same bytes", async () => {
    const [one, other] = [await seal(utf8("again")), await seal(utf8("again"))];
    expect(one.commit).not.toEqual(other.commit);
    expect(one.ciphertext).not.toEqual(other.ciphertext);
  });

  test("counts as its sender's only by the sender's key", async () => {
    const sealed = await seal(utf8("I owe you."));
    expect(await openMessage(bob, carol.verify, sealed)).toBeUndefined();
  });

  test("is not opened when one bit of it is another, wherever", async () => {
    const sealed = await seal(utf8("exactly this"), [alice, bob, carol]);
    const places = fc.nat({ max: 100_000 });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom("commit", "ciphertext", "enc", "wrap"),
        places,
        fc.nat({ max: 7 }),
        async (part, place, bit) => {
          const bent = (bytes: Uint8Array) => {
            const at = place % bytes.length;
            return bytes.with(at, (bytes[at] ?? 0) ^ (1 << bit));
          };
          const keys = sealed.keys.map((key) => ({
            ...key,
            ...(part === "enc" ? { enc: bent(key.enc) } : {}),
            ...(part === "wrap" ? { wrap: bent(key.wrap) } : {}),
          }));
          const other = {
            ...sealed,
            keys,
            ...(part === "commit" ? { commit: bent(sealed.commit) } : {}),
            ...(part === "ciphertext" ? { ciphertext: bent(sealed.ciphertext) } : {}),
          };
          expect(await openMessage(bob, alice.verify, other)).toBeUndefined();
        },
      ),
      { numRuns: 60 },
    );
  });
});
