/** Why the demo cannot do what was asked, as a sentence, and what it ends with: 2 when the command was wrong, else 1. */
export class DemoFailure extends Error {
  readonly exitCode: 1 | 2;

  constructor(message: string, exitCode: 1 | 2 = 1, cause?: unknown) {
    super(message, { cause });
    this.name = "DemoFailure";
    this.exitCode = exitCode;
  }
}

const folderSentences: Readonly<Record<string, string>> = {
  EACCES: "may not be used by you",
  EPERM: "may not be used by you",
  EEXIST: "is a file, and --data takes a folder",
  ENOTDIR: "is not inside a folder",
  ENOSPC: "lies on a disk that is full",
  EROFS: "lies on a disk that cannot be written",
};

/** What was thrown as the folder was used, with a sentence where the machine has only a code. */
export function explainFolder(folder: string, error: unknown): unknown {
  const words = folderSentences[codeOf(error)];
  if (words === undefined) return error;
  return new DemoFailure(`${folder} ${words}. Choose another folder with --data.`, 1, error);
}

/** What was thrown as a server started; of a port that is taken, whose it is and what to do. */
export function explainPort(folder: string, ports: readonly number[], error: unknown): unknown {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  if (codeOf(cause) !== "EADDRINUSE") return error;
  return new DemoFailure(
    `Port ${ports.join(" or ")} is taken, and it stands in the addresses that are kept in ${folder}. If the demo runs there already, use that one or stop it; otherwise choose another folder with --data.`,
    1,
    error,
  );
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
