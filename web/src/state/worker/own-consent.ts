/** Whom the account shows its keys. */
import { changeConsent, readConsent } from "@posthorn/client";
import { findAddress } from "@posthorn/protocol";
import type { Desk } from "./desk.ts";
import { listPeople } from "./people.ts";

export interface Consent {
  /** From all but those who are let in. */
  isHidden: boolean;
  /** How many are let in. */
  count: number;
}

export async function readOwnConsent({ mail }: Desk): Promise<Consent> {
  const { hidden, allowed } = await readConsent(mail.session);
  return { isHidden: hidden, count: allowed.length };
}

/** As many as one change may name (§80.13). */
const atOnce = 500;

/** When they are hidden, those whom one has written with see them all the same. Throws ProblemError. */
export async function hideKeys(desk: Desk, { isHidden }: { isHidden: boolean }): Promise<void> {
  const { session } = desk.mail;
  if (isHidden) {
    const known = (await listPeople(desk)).map(({ address }) => address);
    const people = known.filter((address) => findAddress(address) !== undefined);
    for (let at = 0; at < people.length; at += atOnce)
      await changeConsent(session, { allow: people.slice(at, at + atOnce) });
  }
  await changeConsent(session, { hidden: isHidden });
}
