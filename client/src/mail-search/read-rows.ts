/** What filters of a query ask of messages: their rows here, where they lie, and for some their text. */
import type { Mailbox } from "@posthorn/protocol";
import { needsOf, type PlanNode, type SearchPlan } from "../search/plan.ts";
import type { ReadRows, SearchRow } from "../search/rows.ts";
import type { SearchDoc } from "../search/search-index.ts";
import { type EmailRow, emails } from "../sync/email.ts";
import type { Mail } from "../sync/mail-context.ts";
import { type KeptText, readTexts } from "../sync/opened-texts.ts";
import { sortOf } from "./email-entry.ts";
import { readDocs } from "./mail-source.ts";
import type { Place } from "./places.ts";

const link = /\bhttps?:\/\/\S/i;

interface RowsOptions {
  places: ReadonlyMap<Mailbox["id"], Place>;
  signal: AbortSignal;
  /** Hears of messages whose texts are asked for and cannot be read. */
  onUnread(ids: readonly string[]): void;
}

/**
 * Rows for a plan. Texts that were never opened here, which is so where the index came from another device, are asked
 * for while there is a network; without one they have no phrases.
 */
export function readRowsFor(
  mail: Mail,
  { root }: SearchPlan,
  { places, signal, onUnread }: RowsOptions,
): ReadRows {
  const isTextAsked = needsOf(root).texts || asksFor(root, "link");
  const isSealAsked = asksFor(root, "sealed");
  return async (ids) => {
    const rows = await mail.store.getMany(emails, ids);
    const docs = isTextAsked ? await docsOf(mail, here(rows), signal) : [];
    onUnread(docs.flatMap(({ id, isPartial }) => (isPartial === true ? id : [])));
    const texts = new Map(docs.map((doc) => [doc.id, doc.texts]));
    const sealed = isSealAsked ? await readTexts(mail, here(rows)) : new Map<string, KeptText>();
    return rows.map((row): SearchRow | undefined => {
      if (row === undefined) return undefined;
      const own = Object.keys(row.mailboxIds).flatMap((id) => places.get(id) ?? []);
      const found = texts.get(row.id);
      return {
        sizeBytes: row.size,
        sort: sortOf(row),
        isRead: row.keywords.$seen === true,
        isStarred: row.keywords.$flagged === true,
        isSealed: sealed.get(row.id)?.kind === "sealed",
        hasAttachment: row.hasAttachment,
        hasLink: link.test(found?.body ?? ""),
        mailboxes: own.flatMap(({ names }) => names),
        labels: own.flatMap(({ isLabel, names }) => (isLabel ? names : [])),
        texts: found,
      };
    });
  };
}

function docsOf(mail: Mail, rows: readonly EmailRow[], signal: AbortSignal): Promise<SearchDoc[]> {
  return readDocs(mail, rows, signal).catch(() => readDocs(mail, rows, undefined));
}

function here(rows: readonly (EmailRow | undefined)[]): EmailRow[] {
  return rows.filter((row) => row !== undefined);
}

function asksFor(node: PlanNode, by: "link" | "sealed"): boolean {
  switch (node.kind) {
    case "row":
      return node.filter.by === by;
    case "not":
      return asksFor(node.part, by);
    case "and":
    case "or":
      return node.parts.some((part) => asksFor(part, by));
    default:
      return false;
  }
}
