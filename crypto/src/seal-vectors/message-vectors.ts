/** What vectors/sealed-messages.json holds: messages of the suite, and what a server, or a recipient, might make of them. */
import { fromBase64Url, toBase64Url } from "../base64.ts";
import { concatBytes } from "../bytes.ts";
import { sha256 } from "../digest.ts";
import { generateSigningKey, type SigningKey, signBytes } from "../ed25519.ts";
import { keyIdOf } from "../key-id.ts";
import { headerBytes, type SealHeader } from "../message-header.ts";
import {
  type SealChance,
  type SealedMessage,
  sealInside,
  sealMessageWith,
  signedBytes,
} from "../message-seal.ts";
import { padMessage } from "../padding.ts";
import { generateKemKey, importKemPublicKey } from "../x-wing.ts";
import { encapsulateWith } from "../x-wing-javascript.ts";
import { bent, bytesOf, randomnessOf } from "./x-wing-vectors.ts";

/** All that is needed to open one; bytes in base64url. */
export interface SealedVector extends SealHeader {
  commit: string;
  ciphertext: string;
  keys: readonly { address: string; keyId: string; enc: string; wrap: string }[];
  /** The sender's identity key. */
  senderKey: string;
  /** Who opens it, and the seed of that one's key. */
  address: string;
  seed: string;
}

export interface GoodVector extends Omit<SealedVector, "address" | "seed" | "recipients"> {
  name: string;
  recipients: readonly { address: string; keyId: string; seed: string; randomness: string }[];
  senderSeed: string;
  messageKey: string;
  /** SHA-256 of the header's bytes. */
  headerHash: string;
  payload: string;
}

export interface SealVectors {
  good: readonly GoodVector[];
  base: SealedVector & { payload: string };
  /** What is other than in the base. */
  bad: readonly { name: string; change: Partial<SealedVector> }[];
}

const usualId = "0192f0c1-7b5e-7c3a-9d42-3f1b8a6c2e10";

export async function sealVectors(): Promise<SealVectors> {
  const usual = await good("a letter", ["alice@a.test", "bob@b.test"], '{"subject":"Hello","body":"Hi Bob"}');
  const [, bob] = usual.recipients;
  if (bob === undefined) throw new Error("the usual message has two recipients");
  const base = { ...sealedOf(usual), address: bob.address, seed: bob.seed, payload: usual.payload };
  return {
    good: [
      usual,
      await good("to oneself", ["alice@a.test"], "{}"),
      await good("nothing", ["alice@a.test", "bob@b.test"], ""),
      await good(
        "longer than the floor of the padding",
        ["alice@a.test", "bob@b.test", "carol@c.test"],
        "x".repeat(3_000),
      ),
    ],
    base,
    bad: [...(await badOf(base)), ...(await cheats(usual))],
  };
}

/** What somebody makes who was sent the usual message, and so knows its key and all that is inside. */
async function cheats(usual: GoodVector): Promise<SealVectors["bad"]> {
  const signer = await generateSigningKey(fromBase64Url(usual.senderSeed));
  const mallory = await generateSigningKey(bytesOf("somebody else"));
  const payload = fromBase64Url(usual.payload);
  const signs = async (key: SigningKey, hash: Uint8Array) =>
    concatBytes([payload, await signBytes(key, await signedBytes(hash, payload))]);
  const old = padMessage(await signs(signer, fromBase64Url(usual.headerHash)));
  const both = ["alice@a.test", "bob@b.test"];
  const cases: [name: string, to: string[], inside: (hash: Uint8Array) => Promise<Uint8Array>][] = [
    ["passed on to one it was not for", ["alice@a.test", "carol@c.test"], async () => old],
    ["sealed anew for the same people with the old signature", both, async () => old],
    ["sealed anew and signed by another", both, async (hash) => padMessage(await signs(mallory, hash))],
    ["with no signature", both, async () => padMessage(payload)],
    ["with nothing inside", both, async () => padMessage(new Uint8Array())],
    [
      "well signed, with something hidden in the padding",
      both,
      async (hash) => bent(padMessage(await signs(signer, hash)), 1_023),
    ],
    [
      "well signed, and padded to another size",
      both,
      async (hash) => concatBytes([padMessage(await signs(signer, hash)), new Uint8Array(64)]),
    ],
    ["well signed, and not padded", both, (hash) => signs(signer, hash)],
  ];
  return Promise.all(cases.map((one) => cheat(usual, ...one)));
}

/** The last of the recipients opens it. */
async function cheat(
  { id, from, fromKeyId, created }: GoodVector,
  name: string,
  to: readonly string[],
  makeInside: (headerHash: Uint8Array) => Promise<Uint8Array>,
): Promise<{ name: string; change: Partial<SealedVector> }> {
  const { chance, recipients } = await audience(name, to);
  const last = recipients[recipients.length - 1];
  if (last === undefined) throw new Error("nobody opens it");
  const { length } = await makeInside(new Uint8Array(32));
  const sealed = await sealInside(chance, { id, from, fromKeyId, created, recipients }, length, makeInside);
  const opener = { address: last.address, seed: toBase64Url(last.seed) };
  return { name, change: { recipients: sealed.header.recipients, ...textsOf(sealed), ...opener } };
}

async function good(name: string, to: readonly string[], text: string): Promise<GoodVector> {
  const senderSeed = bytesOf("alice's identity");
  const signer = await generateSigningKey(senderSeed);
  const { recipients, chance, randomness } = await audience(name, to);
  const texts = {
    id: usualId,
    from: "alice@a.test",
    fromKeyId: await keyIdOf(signer.publicKey),
    created: "2026-11-24T10:30:00Z",
  };
  const payload = new TextEncoder().encode(text);
  const sealed = await sealMessageWith(chance, { ...texts, recipients, payload, signer });
  const header = headerBytes(sealed.header, sealed.commit, sealed.ciphertext.length);
  return {
    name,
    ...texts,
    recipients: recipients.map(({ address, keyId, seed, publicKey }) => ({
      address,
      keyId,
      seed: toBase64Url(seed),
      randomness: toBase64Url(randomness(publicKey.publicKey)),
    })),
    senderSeed: toBase64Url(senderSeed),
    senderKey: toBase64Url(signer.publicKey),
    messageKey: toBase64Url(chance.messageKey),
    payload: toBase64Url(payload),
    headerHash: toBase64Url(await sha256(header ?? new Uint8Array())),
    ...textsOf(sealed),
  };
}

/** The recipients of a vector, and what stands for chance in it. */
async function audience(name: string, to: readonly string[]) {
  const recipients = await Promise.all(
    to.map(async (address) => {
      const seed = bytesOf(`key of ${address}`);
      const { publicKey } = await generateKemKey(seed);
      return {
        address,
        keyId: await keyIdOf(publicKey),
        seed,
        publicKey: await importKemPublicKey(publicKey),
      };
    }),
  );
  const randomness = (publicKey: Uint8Array) =>
    randomnessOf(`${name}, ${toBase64Url(publicKey.subarray(0, 8))}`);
  const chance: SealChance = {
    messageKey: bytesOf(`message key, ${name}`),
    encapsulate: async ({ publicKey }) => encapsulateWith(publicKey, randomness(publicKey)),
  };
  return { recipients, chance, randomness };
}

function textsOf({
  commit,
  ciphertext,
  keys,
}: SealedMessage): Pick<SealedVector, "commit" | "ciphertext" | "keys"> {
  return {
    commit: toBase64Url(commit),
    ciphertext: toBase64Url(ciphertext),
    keys: keys.map(({ enc, wrap, ...whose }) => ({
      ...whose,
      enc: toBase64Url(enc),
      wrap: toBase64Url(wrap),
    })),
  };
}

function sealedOf(vector: GoodVector): Omit<SealedVector, "address" | "seed"> {
  const { id, from, fromKeyId, created, commit, ciphertext, keys, senderKey } = vector;
  const recipients = vector.recipients.map(({ address, keyId }) => ({ address, keyId }));
  return { id, from, fromKeyId, created, recipients, commit, ciphertext, keys, senderKey };
}

async function badOf(base: SealedVector): Promise<SealVectors["bad"]> {
  const [toAlice, toBob] = base.keys;
  const [alice, bob] = base.recipients;
  if (toAlice === undefined || toBob === undefined || alice === undefined || bob === undefined)
    throw new Error("the usual message has two recipients");
  const longer = await good("another letter", ["alice@a.test", "bob@b.test"], '{"body":"Something else"}');
  const [, longerToBob] = longer.keys;
  const stranger = await generateSigningKey(bytesOf("somebody else"));
  const changed = (member: "commit" | "ciphertext", change: (bytes: Uint8Array) => Uint8Array) => ({
    [member]: toBase64Url(change(fromBase64Url(base[member]))),
  });
  const withKey = (change: Partial<typeof toBob>) => ({ keys: [toAlice, { ...toBob, ...change }] });
  const added = { address: "carol@c.test", keyId: bob.keyId };
  const cases: [name: string, change: Partial<SealedVector>][] = [
    ["under another id", { id: "0192f0c1-7b5e-7c3a-9d42-3f1b8a6c2e11" }],
    ["as from another", { from: "mallory@m.test" }],
    ["as from another spelling of the sender", { from: "Alice@a.test" }],
    ["as by another key of the sender", { fromKeyId: bob.keyId }],
    ["dated otherwise", { created: "2026-11-24T10:31:00Z" }],
    ["with a recipient more in the header", { recipients: [alice, bob, added] }],
    ["with a recipient less in the header", { recipients: [bob] }],
    ["with the recipients in another order", { recipients: [bob, alice] }],
    ["with a recipient's key named otherwise", { recipients: [alice, { ...bob, keyId: alice.keyId }] }],
    [
      "with two recipients as one long text",
      { recipients: [{ address: alice.address, keyId: `${alice.keyId}${bob.address}` }, bob] },
    ],
    ["signed by another", { senderKey: toBase64Url(stranger.publicKey) }],
    ["opened with another's key", { seed: toBase64Url(bytesOf("key of carol@c.test")) }],
    ["opened as another", { address: "carol@c.test" }],
    ["opened with one's key as another recipient", { address: alice.address }],
    [
      "with the wraps of two recipients swapped",
      {
        keys: [
          { ...toAlice, enc: toBob.enc, wrap: toBob.wrap },
          { ...toBob, enc: toAlice.enc, wrap: toAlice.wrap },
        ],
      },
    ],
    ["with the key of another message", { keys: [toAlice, longerToBob ?? toBob] }],
    [
      "with the key and the commitment of another message",
      { keys: [toAlice, longerToBob ?? toBob], commit: longer.commit },
    ],
    ["with the text of another message", { ciphertext: longer.ciphertext }],
    [
      "all of another message but the header",
      {
        keys: longer.keys,
        commit: longer.commit,
        ciphertext: longer.ciphertext,
        created: "2026-11-24T10:31:00Z",
      },
    ],
    ["one bit of the commitment is another", changed("commit", (bytes) => bent(bytes, 0))],
    ["a commitment a byte too short", changed("commit", (bytes) => bytes.slice(0, -1))],
    ["no commitment", { commit: "" }],
    ["one bit of the text is another", changed("ciphertext", (bytes) => bent(bytes, 20))],
    ["one bit of the tag is another", changed("ciphertext", (bytes) => bent(bytes, bytes.length - 1))],
    ["a text a byte too short", changed("ciphertext", (bytes) => bytes.slice(0, -1))],
    ["a text a byte too long", changed("ciphertext", (bytes) => Uint8Array.of(...bytes, 0))],
    ["no text", { ciphertext: "" }],
    ["no keys", { keys: [] }],
    ["no enc", withKey({ enc: "" })],
    ["no wrap", withKey({ wrap: "" })],
    ["one bit of the enc is another", withKey({ enc: toBase64Url(bent(fromBase64Url(toBob.enc), 1_100)) })],
    ["one bit of the wrap is another", withKey({ wrap: toBase64Url(bent(fromBase64Url(toBob.wrap), 3)) })],
  ];
  return cases.map(([name, change]) => ({ name, change }));
}
