/** The keys of a sign-in: what is kept of them on this machine, and the keyring that is opened when it is first needed. */
import { type ChainPin, findBase64Url, toBase64Url } from "@posthorn/crypto";
import { fail } from "@posthorn/protocol";
import type { Api } from "../api.ts";
import type { KeptKeys, TokenKeeper } from "../token-keeper.ts";
import { type Keyring, openKeyring } from "./keyring.ts";

export interface SessionKeys {
  /** The keyring; undefined for an open account, and for a program's token. Asks the server once. Throws as `openKeyring`. */
  find(): Promise<Keyring | undefined>;
  /** The root secret as this machine has it, undefined as for `find`. Asks nobody, so it is there without a network. */
  findRootSecret(): Promise<Uint8Array | undefined>;
  /** The account has said something new of its keys: this is used, and remembered, from now on. */
  replace(keyring: Keyring): Promise<void>;
  /** Asks the server anew; answers whether another device has said something meanwhile. Throws as `openKeyring`. */
  renew(): Promise<boolean>;
}

/** Those of a program's token or an open account: none. */
export const noKeys: SessionKeys = {
  find: async () => undefined,
  findRootSecret: async () => undefined,
  replace: async () => undefined,
  renew: async () => false,
};

/** Those of a sign-in that is kept by the keeper. */
export function sessionKeys(api: Api, address: string, keeper: TokenKeeper): SessionKeys {
  let opened: Promise<Keyring | undefined> | undefined;

  async function open(): Promise<Keyring | undefined> {
    const kept = (await keeper.read())?.keys;
    if (kept === undefined) return undefined;
    const rootSecret = readRootSecret(kept);
    const own = { address, nowMs: api.platform.clock.now(), pinned: kept.pin };
    const keyring = await openKeyring(own, rootSecret, await api.call("secrets", {}));
    if (keyring.pin.seq !== kept.pin.seq) await remember(keyring.pin);
    return keyring;
  }

  async function remember(pin: ChainPin): Promise<void> {
    await keeper.update(async (kept) =>
      kept?.keys === undefined ? kept : { ...kept, keys: { ...kept.keys, pin } },
    );
  }

  function find(): Promise<Keyring | undefined> {
    opened ??= open().catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return opened;
  }

  return {
    find,
    async findRootSecret() {
      const kept = (await keeper.read())?.keys;
      return kept && readRootSecret(kept);
    },
    async replace(keyring) {
      await keeper.update(async (kept) => kept && { ...kept, keys: keptKeys(keyring) });
      opened = Promise.resolve(keyring);
    },
    async renew() {
      const before = await opened;
      opened = undefined;
      return (await find())?.pin.seq !== before?.pin.seq;
    },
  };
}

/** What is kept of a keyring between two runs. It opens the account: as secret as the password. */
export function keptKeys({ rootSecret, pin }: Keyring): KeptKeys {
  return { rootSecret: toBase64Url(rootSecret), pin };
}

/** Throws ProblemError `badJson` when what is kept is damaged. */
function readRootSecret({ rootSecret }: KeptKeys): Uint8Array {
  return (
    findBase64Url(rootSecret) ??
    fail("badJson", "The keys that were kept on this machine are damaged. Sign in again.")
  );
}

/** The keyring of a sign-in. Throws ProblemError `forbidden` when the account is open. */
export async function getKeyring(session: { keys: SessionKeys; address: string }): Promise<Keyring> {
  const keyring = await session.keys.find();
  return (
    keyring ??
    fail(
      "forbidden",
      `${session.address} has no keys here: it is an open account, or this is a program's token.`,
    )
  );
}
