import type { Discovery } from "@posthorn/protocol";

/**
 * What is kept of a host's document: where it is, its keys and its limits, a few KiB at most. The rest is for others,
 * or of a later version, and as large as the host likes (threats B4).
 */
export function essentials(document: Discovery): Discovery {
  const { version, host, endpoint, rootKey, keys } = document;
  return { version, host, endpoint, rootKey, keys, oldKeys: [], limits: knownLimits(document), types: [] };
}

const limitNames = [
  "messageBytes",
  "recipients",
  "attachments",
  "blobBytes",
  "batchLines",
  "batchBytes",
] as const satisfies readonly (keyof Discovery["limits"])[];

function knownLimits({ limits }: Discovery): Discovery["limits"] {
  const known: Discovery["limits"] = {};
  for (const name of limitNames) {
    const limit = limits[name];
    if (limit !== undefined) known[name] = limit;
  }
  return known;
}
