/**
 * Ids of blobs: what they name can be told from them, so nothing is kept for those of a message. A part of a message that
 * is itself a blob is named by the blob's id, `_` and the part's id, to any depth.
 */

export type BlobName =
  /** A message as RFC 5322, or its bytes as they are stored. */
  | { kind: "mail" | "stored"; objectId: number }
  /** A file of a Posthorn message by its place. */
  | { kind: "file"; objectId: number; place: number }
  /** A decoded part of a message. */
  | { kind: "part"; objectId: number; partId: string }
  /** What was uploaded. */
  | { kind: "upload"; hash: string }
  /** A decoded part of a blob that is a mail. */
  | { kind: "within"; of: BlobName; partId: string };

const deepest = 6;

export function formatBlobId(name: BlobName): string {
  switch (name.kind) {
    case "mail":
      return `e${name.objectId}`;
    case "stored":
      return `j${name.objectId}`;
    case "file":
      return `a${name.objectId}-${name.place}`;
    case "part":
      return `p${name.objectId}-${name.partId}`;
    case "upload":
      return `b${name.hash}`;
    case "within":
      return `${formatBlobId(name.of)}_${name.partId}`;
  }
}

/** Undefined for what names nothing, whatever there may be. */
export function findBlobName(id: string): BlobName | undefined {
  const [base = "", ...partIds] = id.split("_");
  if (partIds.length > deepest || !partIds.every(isPartId)) return undefined;
  const name = findBase(base);
  return name && partIds.reduce<BlobName>((of, partId) => ({ kind: "within", of, partId }), name);
}

function findBase(id: string): BlobName | undefined {
  if (/^b[0-9a-f]{64}$/.test(id)) return { kind: "upload", hash: id.slice(1) };
  const match = /^([ejap])(0|[1-9]\d{0,14})(?:-(0|[1-9]\d{0,4}))?$/.exec(id);
  if (match === null) return undefined;
  const [, letter, number = "", second] = match;
  const objectId = Number(number);
  switch (letter) {
    case "e":
    case "j":
      return second === undefined ? { kind: letter === "e" ? "mail" : "stored", objectId } : undefined;
    case "a":
      return second === undefined ? undefined : { kind: "file", objectId, place: Number(second) };
    default:
      return second === undefined ? undefined : { kind: "part", objectId, partId: second };
  }
}

function isPartId(text: string): boolean {
  return /^[1-9]\d{0,4}$/.test(text);
}
