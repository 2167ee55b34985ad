/** What an account of ours says of its keys, for those it shows them to (§90.9). */
import {
  accountOf,
  type ErrorCode,
  type KeyChain,
  limits,
  type Problem,
  parseAddress,
  problem,
} from "@posthorn/protocol";
import { findAccountByName } from "../store/account-store.ts";
import { isFormerAddress } from "../store/closing-store.ts";
import { isAllowed } from "../store/consent-store.ts";
import { findNewestStatement, listStatements } from "../store/key-store.ts";
import type { Store } from "../store/sql.ts";

export interface DirectoryContext {
  store: Store;
  /** Our host. */
  host: string;
}

export type ShownKeys = { ok: true; chain: KeyChain } | { ok: false; problem: Problem };

/**
 * The statements of the account of this name, as they are shown to the account `asker`, an address in lower case without
 * a tag; none for an account without keys. Refused with `recipientUnknown`, `recipientGone` or `noConsent`.
 */
export async function showKeys(ctx: DirectoryContext, name: string, asker: string): Promise<ShownKeys> {
  const { store, host } = ctx;
  const account = await findAccountByName(store.read, name);
  const address = `${name}@${host}`;
  if (account === undefined && (await isFormerAddress(store.read, name))) {
    return refused("recipientGone", `The address ${address} is no longer in use.`);
  }
  if (account === undefined || account.suspendedAt !== undefined) {
    const shown = name.slice(0, limits.addressId);
    return refused("recipientUnknown", `${host} has no user “${shown}”. Check the spelling, then ask again.`);
  }
  const { id, keysHidden, eraseAt } = account;
  const closing = eraseAt === undefined ? {} : { closing: true };
  if (keysHidden && asker !== address && !(await isAllowed(store.read, id, asker))) {
    // That there is nothing to show need not be hidden, and to say that there is would keep mail from being sent.
    if ((await findNewestStatement(store.read, id)) === undefined)
      return { ok: true, chain: { statements: [], ...closing } };
    return refused("noConsent", `${address} shows its keys to those only whom its owner has named.`);
  }
  return { ok: true, chain: { statements: await listStatements(store.read, id), ...closing } };
}

/**
 * The same for another host, which has signed that it asks on behalf of an account of its own. Refused with
 * `senderMismatch` too; throws ProblemError `badAddress`.
 */
export async function showKeysToHost(
  ctx: DirectoryContext,
  asked: { from: string; name: string; asker: string },
): Promise<ShownKeys> {
  const asker = parseAddress(asked.asker);
  if (asker.host !== asked.from) {
    return refused(
      "senderMismatch",
      `This asks on behalf of an account of ${asker.host}, but ${asked.from} signed it.`,
    );
  }
  return showKeys(ctx, asked.name, accountOf(asker));
}

function refused(code: ErrorCode, detail: string): ShownKeys {
  return { ok: false, problem: problem(code, detail) };
}
