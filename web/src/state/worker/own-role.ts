/** What the server knows of the account that is signed in here, and the end of it. */
import { closeAccount, readOwnRole, reopenAccount } from "@posthorn/client";
import type { Desk } from "./desk.ts";
import { listHeldLetters } from "./held-letters.ts";
import { unsend } from "./unsend.ts";
import { listUnsentLetters } from "./unsent-letters.ts";

export interface Role {
  isOperator: boolean;
  /** When everything of the account is erased; null while its owner has not closed it. */
  eraseAtMs: number | null;
}

const known = new WeakMap<Desk, Role>();
const asked = new WeakMap<Desk, Promise<Role>>();

/** Without a network what was known last. Who asks while somebody does gets the same answer. */
export function readRole(desk: Desk): Promise<Role> {
  const asking = asked.get(desk) ?? askRole(desk).finally(() => asked.delete(desk));
  asked.set(desk, asking);
  return asking;
}

async function askRole(desk: Desk): Promise<Role> {
  try {
    const { operator, eraseAt } = await readOwnRole(desk.mail.session);
    const role = { isOperator: operator, eraseAtMs: eraseAt === undefined ? null : Date.parse(eraseAt) };
    known.set(desk, role);
    return role;
  } catch {
    return known.get(desk) ?? { isOperator: false, eraseAtMs: null };
  }
}

/** The ids on the wire of letters that wait here, or for their hour with the server. */
async function listWaiting({ mail }: Desk): Promise<string[]> {
  const unsent = (await listUnsentLetters(mail)).map(({ wireId }) => wireId);
  return [...new Set([...unsent, ...(await listHeldLetters(mail))])];
}

export async function countWaiting(desk: Desk): Promise<number> {
  return (await listWaiting(desk)).length;
}

/** What waits becomes drafts again, in an account that keeps them. Throws ProblemError `unauthorized`, `forbidden`; nothing is taken back for the first. */
export async function closeOwnAccount(
  desk: Desk,
  { password, label }: { password: string; label: string },
): Promise<void> {
  await closeAccount(desk.mail.session, password, {
    onProven: async () => {
      for (const wireId of await listWaiting(desk)) {
        // What has left meanwhile, or is not on this device, is the server's to take back.
        await unsend(desk, wireId, label).catch(() => undefined);
      }
    },
  });
}

export async function keepOwnAccount({ mail }: Desk): Promise<void> {
  await reopenAccount(mail.session);
}
