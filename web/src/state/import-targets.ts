/** Where old mail goes, by the labels that it comes with. */

/** `label` one of the same name · `none` it lies in the archive as all does · `omit` what has it is left out. */
export const importTargets = ["label", "none", "inbox", "sent", "junk", "trash", "omit"] as const;
export type ImportTarget = (typeof importTargets)[number];

export type ImportTargets = Readonly<Record<string, ImportTarget>>;

/** As Google names what is no label of somebody's own, in the languages of this client. */
const usual: ReadonlyMap<string, ImportTarget> = new Map([
  ["inbox", "inbox"],
  ["posteingang", "inbox"],
  ["sent", "sent"],
  ["gesendet", "sent"],
  ["spam", "junk"],
  ["trash", "trash"],
  ["papierkorb", "trash"],
  ["archived", "none"],
  ["archiviert", "none"],
  ["all mail", "none"],
  ["alle nachrichten", "none"],
  ["drafts", "none"],
  ["entwürfe", "none"],
  ["important", "none"],
  ["wichtig", "none"],
  ["opened", "none"],
  ["geöffnet", "none"],
]);

const unread: ReadonlySet<string> = new Set(["unread", "ungelesen"]);
const starred: ReadonlySet<string> = new Set(["starred", "markiert"]);

/** Whether it says how a mail is marked, not where it lies. */
export function isMark(label: string): boolean {
  const name = label.toLowerCase();
  return unread.has(name) || starred.has(name);
}

/** What is proposed. */
function usualTarget(label: string): ImportTarget {
  const name = label.toLowerCase();
  return usual.get(name) ?? (/^(?:category|kategorie)[ _]/.test(name) ? "none" : "label");
}

/** What was chosen, else what is proposed. */
export function targetOf(label: string, targets: ImportTargets): ImportTarget {
  return (Object.hasOwn(targets, label) ? targets[label] : undefined) ?? usualTarget(label);
}

export interface ImportPlace {
  roles: ("inbox" | "sent" | "junk" | "trash" | "archive")[];
  labels: string[];
  keywords: string[];
}

/** Where one mail goes; undefined when it is left out. `rest` is for what no label says anything of. */
export function placeOfMail(
  labels: readonly string[],
  targets: ImportTargets,
  rest: "archive" | "inbox",
): ImportPlace | undefined {
  const names = labels.map((label) => label.toLowerCase());
  const keywords = [
    ...(names.some((name) => unread.has(name)) ? [] : ["$seen"]),
    ...(names.some((name) => starred.has(name)) ? ["$flagged"] : []),
  ];
  const place: ImportPlace = { roles: [], labels: [], keywords };
  const places = labels.filter((label) => !isMark(label));
  for (const label of places) {
    const target = targetOf(label, targets);
    if (target === "omit") return undefined;
    if (target === "label") place.labels.push(label);
    else if (target !== "none" && !place.roles.includes(target)) place.roles.push(target);
  }
  if (place.roles.length === 0) place.roles.push(places.length === 0 ? rest : "archive");
  return place;
}
