import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fail } from "@posthorn/protocol";
import type { LocalListener } from "./local-listener.ts";

/** What a running server leaves in `operator.json` of its data folder for whoever runs it. */
export interface OperatorPlace {
  /** Where the server is reached, `https://` and a host. */
  url: string;
  /** Good until the server stops. */
  token: string;
  /** In local trials the path of the authority to be trusted. */
  ca?: string;
  /** Where it listens on this machine. */
  listener: LocalListener;
}

/**
 * Reads `operator.json` of a data folder. Throws ProblemError `notFound` when no server has been started on it, and
 * `badJson` when it is damaged; other users of the machine may not read it and get what reading a file throws.
 */
export async function readOperatorFile(dataFolder: string): Promise<OperatorPlace> {
  const path = join(dataFolder, "operator.json");
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code !== "ENOENT" && code !== "ENOTDIR") throw error;
    return fail("notFound", `There is no ${path}: no server has been started on this folder.`);
  });
  return findPlace(text) ?? fail("badJson", `${path} is damaged. Start the server again: it writes it anew.`);
}

function findPlace(text: string): OperatorPlace | undefined {
  const value = findJson(text);
  if (!isObject(value)) return undefined;
  if (!("url" in value) || typeof value.url !== "string" || !URL.canParse(value.url)) return undefined;
  if (!("token" in value) || typeof value.token !== "string") return undefined;
  const listener = "listener" in value ? findListener(value.listener) : undefined;
  if (listener === undefined) return undefined;
  const { url, token } = value;
  const place = { url, token, listener };
  return "ca" in value && typeof value.ca === "string" ? { ...place, ca: value.ca } : place;
}

function findListener(value: unknown): LocalListener | undefined {
  if (!isObject(value)) return undefined;
  if (!("address" in value) || typeof value.address !== "string") return undefined;
  if (!("port" in value) || typeof value.port !== "number") return undefined;
  const { address, port } = value;
  if (!("certificate" in value)) return { address, port };
  return typeof value.certificate === "string"
    ? { address, port, certificate: value.certificate }
    : undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function findJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
