import { fail, formatTime } from "@posthorn/protocol";

/** Why a session ended before its time; kept with it, so that whoever comes with it later is told. */
export type EndReason = "logout" | "revoked" | "reused" | "displaced" | "suspended" | "passwordChanged";

const endSentences: Readonly<Record<EndReason, string>> = {
  logout: "You have signed out. Sign in again.",
  revoked: "This sign-in was ended from another device. Sign in again.",
  reused: "This sign-in was used from two places and has been ended. Sign in again.",
  displaced: "This sign-in was ended because the account had too many. Sign in again.",
  suspended: "This sign-in was ended because the account was suspended. Sign in again.",
  passwordChanged: "The password was changed. Sign in with the new one.",
};

/** Throws ProblemError `unauthorized`, saying why the session ended where that is known. */
export function refuseEnded(because: string | undefined): never {
  const known = because !== undefined && isEndReason(because) ? endSentences[because] : undefined;
  fail("unauthorized", known ?? "This sign-in has ended. Sign in again.");
}

function isEndReason(text: string): text is EndReason {
  return Object.hasOwn(endSentences, text);
}

/** Throws ProblemError `forbidden` for an account the operator has suspended. */
export function refuseSuspended(owner: { suspendedAt: number | undefined }): void {
  if (owner.suspendedAt === undefined) return;
  fail("forbidden", "This account is suspended. Ask whoever runs this server.");
}

/** Throws ProblemError `unauthorized` once the time has come at which its owner has the account erased. */
export function refuseErased({ eraseAt }: { eraseAt: number | undefined }, now: number): void {
  if (eraseAt !== undefined && eraseAt <= now) fail("unauthorized", "This account has been deleted.");
}

/** Throws ProblemError `accountClosing` for what an account may not do once its owner has closed it. */
export function refuseClosing({ eraseAt }: { eraseAt?: number | undefined }): void {
  if (eraseAt === undefined) return;
  fail(
    "accountClosing",
    `This account is to be deleted on ${formatTime(eraseAt).slice(0, 10)}. To do this, keep the account first.`,
  );
}
