import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fail } from "@posthorn/protocol";

/** What a running server leaves in `operator.json` of its data folder for whoever runs it. */
export interface OperatorPlace {
  /** Where the server is reached, `https://` and a host. */
  url: string;
  /** Good until the server stops. */
  token: string;
  /** In local trials the path of the authority to be trusted. */
  ca?: string;
}

/**
 * Reads `operator.json` of a data folder. Throws ProblemError `notFound` when no server has been started on it, and
 * `badJson` when it is damaged; other users of the machine may not read it and get what reading a file throws.
 */
export async function readOperatorFile(dataFolder: string): Promise<OperatorPlace> {
  const path = join(dataFolder, "operator.json");
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
    return fail("notFound", `There is no ${path}: no server has been started on this folder.`);
  });
  return findPlace(text) ?? fail("badJson", `${path} is damaged. Start the server again: it writes it anew.`);
}

function findPlace(text: string): OperatorPlace | undefined {
  const value = findJson(text);
  if (typeof value !== "object" || value === null) return undefined;
  if (!("url" in value) || typeof value.url !== "string" || !URL.canParse(value.url)) return undefined;
  if (!("token" in value) || typeof value.token !== "string") return undefined;
  const { url, token } = value;
  return "ca" in value && typeof value.ca === "string" ? { url, token, ca: value.ca } : { url, token };
}

function findJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
