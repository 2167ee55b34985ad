import type { Config } from "./config.ts";

/**
 * Does something of the start of a server. What the platform throws becomes a sentence for the operator, with the
 * error as its cause; what is one already is thrown as it is.
 */
export async function explainingStart<T>(config: Config, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const sentence = error instanceof Error ? explain(config, error) : undefined;
    throw sentence === undefined ? error : new Error(sentence, { cause: error });
  }
}

function explain(config: Config, error: Error): string | undefined {
  const code = textOf(error, "code");
  if (code === undefined) return undefined;
  if (["listen", "bind", "getaddrinfo"].includes(textOf(error, "syscall") ?? ""))
    return explainListen(config, code);
  const path = textOf(error, "path");
  if (path === undefined) return undefined;
  return (
    `${path} cannot be used: ${reasons[code] ?? error.message} (${code}). ` +
    `The user that runs Posthorn must be able to read it and, in the data folder ${config.dataFolder}, to write.`
  );
}

const mayNot = "this user may not";

/** By the platform's code. */
const reasons: Readonly<Record<string, string>> = {
  EEXIST: "it is a file, where a folder is needed",
  ENOTDIR: "it is a file, or lies below one, where a folder is needed",
  EISDIR: "it is a folder, where a file is needed",
  ENOENT: "it is not there, and cannot be made",
  EACCES: mayNot,
  EPERM: mayNot,
  EROFS: "that disk is read-only",
  ENOSPC: "that disk is full",
};

function explainListen({ port, address }: Config, code: string): string {
  switch (code) {
    case "EADDRINUSE":
      return `Port ${port} is taken by another program. Stop that program, or choose another with “port”.`;
    case "EACCES":
      return `This user may not open port ${port}. Choose one above 1023 with “port”, or allow Node this one.`;
    default:
      return `Nothing can listen on “address” ${address ?? ""}: it is none of this machine (${code}).`;
  }
}

function textOf(error: Error, name: string): string | undefined {
  const value: unknown = Reflect.get(error, name);
  return typeof value === "string" ? value : undefined;
}
