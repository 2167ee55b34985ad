/** Crypto, the wire and the SDK in a browser's dedicated worker, asked by tests: what it makes of test vectors, and what it seals. */
import {
  fromBase64Url,
  generateKemKey,
  generateSigningKey,
  importKemPublicKey,
  keyIdOf,
  sealMessage,
  toBase64Url,
} from "@posthorn/crypto";
import { availableBackends, chooseBackend } from "@posthorn/crypto/parts";
import { type VectorCase, xWingFiles } from "@posthorn/crypto/vector-cases";
import { plainFiles } from "../vector-cases/index.ts";

export type VectorQuestion =
  | { ask: "backends" }
  | { ask: "agreements" }
  | { ask: "cases"; file: string; text: string; backend?: string }
  | { ask: "letter"; seed: string; payload: string };

export interface VectorAnswer {
  answer?: unknown;
  /** Why there is none. */
  error?: string;
}

declare function postMessage(message: VectorAnswer): void;
declare function addEventListener(
  type: "message",
  listener: (event: { data: VectorQuestion }) => Promise<void>,
): void;

addEventListener("message", async ({ data }) => {
  try {
    postMessage({ answer: await answer(data) });
  } catch (error) {
    postMessage({ error: String(error) });
  }
});

function answer(question: VectorQuestion): Promise<unknown> {
  switch (question.ask) {
    case "backends":
      return backends();
    case "agreements":
      return agreements();
    case "cases":
      return outcomes(question.file, question.text, question.backend);
    case "letter":
      return letter(question.seed, question.payload);
  }
}

/** The backends of X-Wing that work here, the best first, and the one that is used. */
async function backends() {
  const available = (await availableBackends()).map(({ name }) => name);
  return { available, chosen: (await chooseBackend()).name };
}

/** Of every backend with every other, whether it finds what that one encapsulates. */
async function agreements() {
  const all = await availableBackends();
  const found: { from: string; to: string; agree: boolean }[] = [];
  for (const from of all) {
    for (const to of all) {
      const key = await to.openKey(new Uint8Array(32).fill(4));
      const { enc, sharedSecret } = await (await from.openPublicKey(key.publicKey)).encapsulate();
      const secret = await key.decapsulate(enc);
      found.push({ from: from.name, to: to.name, agree: toBase64Url(secret) === toBase64Url(sharedSecret) });
    }
  }
  return found;
}

/** Of each case of a vector file its name and what was found. */
async function outcomes(file: string, text: string, backend: string | undefined) {
  const found: { name: string; found: unknown }[] = [];
  for (const { name, find } of await casesOf(file, text, backend)) found.push({ name, found: await find() });
  return found;
}

async function casesOf(file: string, text: string, backend: string | undefined): Promise<VectorCase[]> {
  const one = (await availableBackends()).find(({ name }) => name === backend);
  const cases = one === undefined ? plainFiles[file]?.(text) : xWingFiles[file]?.(text, one);
  if (cases === undefined) throw new Error(`There are no cases of ${file} with the backend ${backend}.`);
  return cases;
}

/** A message sealed here and now for the key of this seed, in the form of the vectors, with nothing else in them. */
async function letter(seed: string, payload: string): Promise<string> {
  const key = await generateKemKey(fromBase64Url(seed));
  const signer = await generateSigningKey(crypto.getRandomValues(new Uint8Array(32)));
  const bob = { address: "bob@b.test", keyId: await keyIdOf(key.publicKey) };
  const { header, commit, ciphertext, keys } = await sealMessage({
    id: crypto.randomUUID(),
    from: "alice@a.test",
    fromKeyId: await keyIdOf(signer.publicKey),
    created: "2026-11-24T10:30:00Z",
    recipients: [{ ...bob, publicKey: await importKemPublicKey(key.publicKey) }],
    payload: fromBase64Url(payload),
    signer,
  });
  const base = {
    ...header,
    commit: toBase64Url(commit),
    ciphertext: toBase64Url(ciphertext),
    keys: keys.map(({ enc, wrap, ...whose }) => ({
      ...whose,
      enc: toBase64Url(enc),
      wrap: toBase64Url(wrap),
    })),
    senderKey: toBase64Url(signer.publicKey),
    address: bob.address,
    seed,
    payload,
  };
  return JSON.stringify({ good: [], base, bad: [] });
}
