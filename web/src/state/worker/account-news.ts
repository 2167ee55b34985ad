/** What another device has done with the account itself: closed or reopened it, or found the phrase of before a reset. */
import { accountKey, type Mail, syncStates } from "@posthorn/client";
import type { Digests } from "./digests.ts";
import { forgetFaults } from "./open-missing.ts";
import type { Topic } from "./topic.ts";

/** From then on what that has changed is read anew. `onKeys` is told when old keys have come back. */
export function hearOfAccount(
  { mail, digests }: { mail: Mail; digests: Pick<Digests, "forgetFailed"> },
  {
    signal,
    tell,
    onKeys,
  }: { signal: AbortSignal; tell: (topics: readonly Topic[]) => void; onKeys: () => void },
): void {
  const look = async () => {
    tell(["role"]);
    if (!(await haveKeysCome(mail)) || signal.aborted) return;
    forgetFaults(mail);
    digests.forgetFailed();
    tell(["rows", "texts", "names", "settings"]);
    onKeys();
  };
  const stop = mail.store.subscribe([syncStates], (change) => {
    const keys = change.get(syncStates.name);
    if (keys === undefined || (keys !== "all" && !keys.has(accountKey))) return;
    look().catch((error: unknown) => {
      if (!signal.aborted) console.error(error);
    });
  });
  signal.addEventListener("abort", stop, { once: true });
}

/** False when nobody can be asked: they are asked for again when they are needed. */
async function haveKeysCome({ session }: Mail): Promise<boolean> {
  const count = async () => (await session.keys.find())?.epochs.size ?? 0;
  const before = await count().catch(() => 0);
  return session.keys.renew().then(
    async () => (await count()) > before,
    () => false,
  );
}
