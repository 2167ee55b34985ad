import { keepEpochsFresh, openWithToken, resume, type Session } from "@posthorn/client";
import type { Home } from "@posthorn/client/node";
import { accountOf, ProblemError, parseAddress } from "@posthorn/protocol";
import { cleanLine } from "./clean-text.ts";
import { exitCodes } from "./exit-codes.ts";
import { Failure, refuseUsage } from "./failure.ts";
import { homeOf, nextCommand, type Shell } from "./shell.ts";

/**
 * The account a command is for: the one `--as` or POSTHORN_AS names, or the only one that is signed in. With
 * POSTHORN_TOKEN in the environment it is called with that token and nothing of the home folder. A sealed account's keys
 * are held against its server's word, and renewed when it is time and can be done. Throws Failure `signedOut` when nobody is signed in, and
 * `usage` when it is not clear who is meant; ProblemError `keysNotBelieved`.
 */
export async function openSession(shell: Shell): Promise<Session> {
  const { POSTHORN_TOKEN: token } = shell.environment;
  const home = homeOf(shell);
  if (token !== undefined && token !== "") {
    const address =
      nameGiven(shell) ?? refuseUsage("With POSTHORN_TOKEN the account must be named.", "Add --as ADDRESS.");
    return openWithToken(await home.platform(), { address, token });
  }
  const session = await openKept(shell, home, await chooseAddress(shell, home));
  await renewKeys(shell, session);
  return session;
}

const notNow: ReadonlySet<string> = new Set(["mailboxFull", "notOpened", "unavailable"]);

/** Keys that have run out keep nobody from reading, nor from making the room they need; the person is warned. */
export async function renewKeys({ terminal }: Shell, session: Session): Promise<void> {
  try {
    await keepEpochsFresh(session);
  } catch (error) {
    if (!(error instanceof ProblemError && notNow.has(error.problem.code))) throw error;
    const line = `The keys of ${session.address} were not renewed. ${error.message} (${error.problem.code})`;
    terminal.errors.write(`posthorn: ${cleanLine(line)}\n`);
  }
}

/** The sign-in of an account that is kept in the home folder. Throws Failure `signedOut` when there is none. */
export async function openKept(shell: Shell, home: Home, address: string): Promise<Session> {
  const session = await resume(await home.platform(), home.keeper(address)).catch((error: unknown) => {
    if (!(error instanceof ProblemError && error.problem.code === "badJson")) throw error;
    return refuseSignedOut(shell, address, error.message);
  });
  return session ?? refuseSignedOut(shell, address);
}

/** The account that `--as` names or that alone is signed in. */
export async function chooseAddress(shell: Shell, home: Home): Promise<string> {
  const named = nameGiven(shell);
  if (named !== undefined) return named;
  const [only, ...others] = await home.addresses();
  if (only === undefined) return refuseSignedOut(shell, undefined);
  if (others.length === 0) return only;
  return refuseUsage(
    `Several accounts are signed in here: ${[only, ...others].join(", ")}.`,
    "Name one with --as ADDRESS.",
  );
}

function nameGiven(shell: Shell): string | undefined {
  const given = shell.options().as ?? shell.environment.POSTHORN_AS;
  if (given === undefined || given === "") return undefined;
  return accountOf(parseAddress(given));
}

function refuseSignedOut(
  shell: Shell,
  address: string | undefined,
  why = address === undefined ? "Nobody is signed in here." : `${address} is not signed in here.`,
): never {
  throw new Failure(why, {
    exitCode: exitCodes.signedOut,
    next: nextCommand(shell, `login ${address ?? "ADDRESS"}`),
  });
}
