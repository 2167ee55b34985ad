/** What errors of the PostgreSQL driver mean for the store. */
import { ProblemError, problem } from "@posthorn/protocol";
import pg from "pg";

/** A connection that was lost. `isCommitUnknown` when it was lost while a commit was under way. */
export class ConnectionLost extends Error {
  readonly isCommitUnknown: boolean;

  constructor(cause: unknown, isCommitUnknown: boolean) {
    super(`the connection to PostgreSQL was lost: ${String(cause)}`, { cause });
    this.isCommitUnknown = isCommitUnknown;
  }
}

/** Two transactions were in each other's way, and this one was undone. */
const conflicts = new Set(["40001", "40P01"]);
const diskFull = "53100";
/** The server waits too long or has too much to do: its memory, its connections, our own limits of time. */
const overloads = new Set(["53200", "53300", "55P03", "57014"]);
/** Connection exceptions, a server that stops or starts, and a session it ended because we stood still. */
const lost = /^(?:08|57P0|25P03)/;

/** An error as it came from the driver: one the server has told, or else the connection's end. */
export function readFault(error: unknown, isCommitUnknown: boolean): pg.DatabaseError | ConnectionLost {
  if (error instanceof pg.DatabaseError && !lost.test(error.code ?? "")) return error;
  return new ConnectionLost(error, isCommitUnknown);
}

/** True when the same work may succeed if it is done once more at once. */
export function isConflict(error: unknown): boolean {
  return error instanceof pg.DatabaseError && conflicts.has(error.code ?? "");
}

/** What a caller is told: temporary where asking again may help. Every writer can be asked again by its key. */
export function explain(error: unknown): unknown {
  if (error instanceof ConnectionLost) {
    return new ProblemError(
      problem(
        "unavailable",
        error.isCommitUnknown
          ? "The database did not answer whether it has stored this. Ask again: nothing is stored twice."
          : "This server cannot reach its database. Try again later.",
      ),
    );
  }
  if (!(error instanceof pg.DatabaseError)) return error;
  const code = error.code ?? "";
  if (code === diskFull) {
    return new ProblemError(
      problem("storageFull", "This server's disk is full, so nothing was accepted. Try again later."),
    );
  }
  if (overloads.has(code) || conflicts.has(code)) {
    return new ProblemError(problem("unavailable", "This server's database is overloaded. Try again later."));
  }
  return error;
}
