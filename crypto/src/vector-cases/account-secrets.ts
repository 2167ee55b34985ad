import { deriveSecret, identityOf, kek, type SecretLabel } from "../account-secrets.ts";
import { toBase64Url } from "../base64.ts";
import { unwrapEpochKey, unwrapRootSecret, type WrapWay } from "../wrapped-secrets.ts";
import { fromHex, toHex } from "./hex.ts";
import type { VectorCase } from "./vector-case.ts";

export interface SecretVectors {
  derive: readonly { name: string; rootSecret: string; label: SecretLabel; secret: string }[];
  identity: readonly { name: string; rootSecret: string; identityKey: string }[];
  kek: readonly { name: string; exportKey: string; address: string; key: string }[];
  root: WrapVectors<WrappedRoot, { rootSecret: string }>;
  epoch: WrapVectors<WrappedEpoch, { seed: string }>;
}

interface WrapVectors<Wrapped, Secret> {
  good: readonly (Wrapped & Secret & { name: string })[];
  base: Wrapped;
  /** What is other than in the base. */
  bad: readonly { name: string; change: Partial<Wrapped> }[];
}

export interface WrappedRoot {
  key: string;
  address: string;
  way: WrapWay;
  identityKey: string;
  wrapped: string;
}

export interface WrappedEpoch {
  wrapSecret: string;
  address: string;
  publicKey: string;
  wrapped: string;
}

/** What comes of root secrets and passwords. */
export function secretCases(vectors: SecretVectors): VectorCase[] {
  return [
    ...vectors.derive.map(({ name, rootSecret, label, secret }) => ({
      name: `the secret ${name}`,
      expected: secret,
      find: async () => toHex(await deriveSecret(fromHex(rootSecret), label)),
    })),
    ...vectors.identity.map(({ name, rootSecret, identityKey }) => ({
      name: `the identity key of ${name}`,
      expected: identityKey,
      find: async () => toBase64Url((await identityOf(fromHex(rootSecret))).publicKey),
    })),
    ...vectors.kek.map(({ name, exportKey, address, key }) => ({
      name: `the wrapping key of a password: ${name}`,
      expected: key,
      find: async () => toHex(await kek(fromHex(exportKey), address)),
    })),
  ];
}

/** Wrapped secrets that come out, and such that do not. */
export function wrapCases({ root, epoch }: SecretVectors): VectorCase[] {
  return [
    ...root.good.map((one) => ({
      name: `a root secret is unwrapped: ${one.name}`,
      expected: one.rootSecret,
      find: () => unwrapRoot(one),
    })),
    ...root.bad.map(({ name, change }) => ({
      name: `a root secret is not unwrapped: ${name}`,
      expected: undefined,
      find: () => unwrapRoot({ ...root.base, ...change }),
    })),
    ...epoch.good.map((one) => ({
      name: `an epoch's key is unwrapped: ${one.name}`,
      expected: one.seed,
      find: () => unwrapEpoch(one),
    })),
    ...epoch.bad.map(({ name, change }) => ({
      name: `an epoch's key is not unwrapped: ${name}`,
      expected: undefined,
      find: () => unwrapEpoch({ ...epoch.base, ...change }),
    })),
    {
      name: "what the bad ones are made from is unwrapped",
      expected: { root: true, epoch: true },
      find: async () => ({
        root: (await unwrapRoot(root.base)) !== undefined,
        epoch: (await unwrapEpoch(epoch.base)) !== undefined,
      }),
    },
  ];
}

/** The root secret in hex; undefined when nothing is unwrapped. */
export async function unwrapRoot(one: WrappedRoot): Promise<string | undefined> {
  const secret = await unwrapRootSecret(fromHex(one.key), one, one, fromHex(one.wrapped));
  return secret && toHex(secret);
}

/** The seed of the epoch's key in hex; undefined when nothing is unwrapped. */
export async function unwrapEpoch(one: WrappedEpoch): Promise<string | undefined> {
  const key = await unwrapEpochKey(fromHex(one.wrapSecret), one.address, one, fromHex(one.wrapped));
  return key && toHex(key.seed);
}
