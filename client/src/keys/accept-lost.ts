/** When the server has lost what was kept there, for instance because it was set up again from an older copy. */
import { clearUnreadable } from "../records/carry-over.ts";
import { readRecords } from "../records/records.ts";
import type { Session } from "../session.ts";
import { restate } from "./statements.ts";
import { isVouchedFor } from "./vault.ts";
import { writeHead } from "./vault-head.ts";

/**
 * Goes on with the pins, drafts and settings that the server still has, as they are, and deletes what does not open. To be
 * called only when the owner has said that data was lost: a server that lies would have it so too. Contacts whose pins are
 * gone are seen for the first time once more and are no longer compared; the answer is how many are compared still, for
 * the person to see whom to compare with anew. Throws ProblemError as `restate`.
 */
export async function acceptLostRecords(session: Session): Promise<{ compared: number }> {
  await session.keys.renew();
  let compared = 0;
  const keyring = await restate(session, async (current) => {
    const { opened } = await readRecords(session, current, "pins");
    const vouchedFor = opened.filter(isVouchedFor);
    compared = vouchedFor.length;
    return { vaultHead: await writeHead(session, current, vouchedFor) };
  });
  await clearUnreadable(session, keyring);
  return { compared };
}
