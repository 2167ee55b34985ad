/** What a list shows. */

export const rolePlaces = [
  "inbox",
  "sent",
  "drafts",
  "archive",
  "junk",
  "trash",
  "snoozed",
  "screener",
] as const;

export type RolePlace = (typeof rolePlaces)[number];

export type Place =
  | { kind: "role"; role: RolePlace }
  /** Of a mailbox that the owner has made. */
  | { kind: "label"; id: string }
  | { kind: "starred" }
  | { kind: "all" }
  /** What a query finds. */
  | { kind: "search"; query: string };

/** Names a place; the same for the same place. */
export function placeKey(place: Place): string {
  if (place.kind === "role") return place.role;
  if (place.kind === "search") return `search ${place.query}`;
  return place.kind === "label" ? `label ${place.id}` : place.kind;
}
