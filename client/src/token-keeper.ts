import type { ChainPin } from "@posthorn/crypto";
import { fail, limits, SealPolicySchema, shape } from "@posthorn/protocol";
import { Type } from "typebox";

/** What is kept of a sign-in between two runs of a program. All of it is secret. */
export interface KeptSession {
  address: string;
  accountId: string;
  /** `https://` and a host. */
  endpoint: string;
  accessToken: string;
  /** When the access token ends, by this machine's clock, milliseconds since 1970. */
  expiresAt: number;
  /** Works once and is replaced each time. */
  refreshToken: string;
  /** Of a sealed account. */
  keys?: KeptKeys | undefined;
}

/** What opens a sealed account on this machine, and the newest statement of its keys that was believed here. */
export interface KeptKeys {
  /** 32 bytes in base64url. */
  rootSecret: string;
  pin: ChainPin;
}

/** Where a sign-in is kept: memory, a file, a browser's storage. */
export interface TokenKeeper {
  read(): Promise<KeptSession | undefined>;
  /**
   * Reads, lets `change` decide and writes what it gives, undefined to forget; answers what is kept now. One change at a
   * time over all programs and tabs that share the place: two that spend the same refresh token end the session. What a
   * rejected `change` read stays.
   */
  update(
    change: (kept: KeptSession | undefined) => Promise<KeptSession | undefined>,
  ): Promise<KeptSession | undefined>;
}

/** What a keeper has of one account: the sign-in of anybody else is none, and is left as it is. */
export function keeperOf({ read, update }: TokenKeeper, address: string): TokenKeeper {
  const own = (kept: KeptSession | undefined) => (kept?.address === address ? kept : undefined);
  return {
    read: async () => own(await read()),
    update: async (change) => own(await update(async (kept) => (own(kept) ? change(kept) : kept))),
  };
}

/** Keeps a sign-in for as long as the program runs. */
export function memoryKeeper(kept?: KeptSession): TokenKeeper {
  let current = kept;
  let turn: Promise<unknown> = Promise.resolve();
  return {
    read: async () => current,
    update(change) {
      const mine = turn.then(async () => {
        current = await change(current);
        return current;
      });
      turn = mine.catch(() => undefined);
      return mine;
    },
  };
}

/** Reads what a keeper has stored as JSON. Throws ProblemError `badJson` when it is damaged. */
export function parseKeptSession(text: string): KeptSession {
  const kept = findKeptSession(text);
  return kept ?? fail("badJson", "The sign-in that was kept on this machine is damaged. Sign in again.");
}

const text = Type.String({ minLength: 1, maxLength: limits.token });

/** Of a statement that was believed. */
export const ChainPinSchema = Type.Object({
  seq: Type.Integer({ minimum: 0 }),
  hash: text,
  identityKey: text,
  policy: SealPolicySchema,
});

const keptShape = shape(
  Type.Object({
    address: text,
    accountId: text,
    endpoint: Type.String({ pattern: "^https://" }),
    accessToken: text,
    expiresAt: Type.Number(),
    refreshToken: text,
    keys: Type.Optional(Type.Object({ rootSecret: text, pin: ChainPinSchema })),
  }),
);

function findKeptSession(json: string): KeptSession | undefined {
  const value = findJson(json);
  return keptShape.matches(value) ? value : undefined;
}

function findJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
