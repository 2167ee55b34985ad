/** What filters of a query ask of messages: their rows here, where they lie, and for some their text. */
import { isMessageType, type Mailbox } from "@posthorn/protocol";
import { type MessageSort, needsOf, type PlanNode, type SearchPlan } from "../search/plan.ts";
import type { ReadRows, SearchRow } from "../search/rows.ts";
import { type EmailRow, emails } from "../sync/email.ts";
import type { Mail } from "../sync/mail-context.ts";
import { mailboxes } from "../sync/mailbox.ts";
import { findKept } from "./kept-texts.ts";
import { readDocs } from "./mail-source.ts";

const link = /\bhttps?:\/\/\S/i;

/**
 * Rows for a plan. Texts that were never opened here, which is so where the index came from another device, are asked
 * for while there is a network; without one they have no phrases.
 */
export async function readRowsFor(mail: Mail, plan: SearchPlan, signal: AbortSignal): Promise<ReadRows> {
  const places = placesOf(await mail.store.list(mailboxes));
  const isTextAsked = needsOf(plan.root).texts || asksFor(plan.root, "link");
  const isSealAsked = asksFor(plan.root, "sealed");
  return async (ids) => {
    const rows = await mail.store.getMany(emails, ids);
    const texts = isTextAsked ? await textsOf(mail, rows, signal) : new Map<string, SearchRow["texts"]>();
    return Promise.all(
      rows.map(async (row): Promise<SearchRow | undefined> => {
        if (row === undefined) return undefined;
        const own = Object.keys(row.mailboxIds).flatMap((id) => places.get(id) ?? []);
        const found = texts.get(row.id);
        return {
          sizeBytes: row.size,
          sort: sortOf(row),
          isRead: row.keywords.$seen === true,
          isStarred: row.keywords.$flagged === true,
          isSealed: isSealAsked && (await findKept(mail, row.id))?.kind === "sealed",
          hasAttachment: row.hasAttachment,
          hasLink: link.test(found?.body ?? ""),
          mailboxes: own.flatMap(({ names }) => names),
          labels: own.flatMap(({ isLabel, names }) => (isLabel ? names : [])),
          texts: found,
        };
      }),
    );
  };
}

async function textsOf(
  mail: Mail,
  rows: readonly (EmailRow | undefined)[],
  signal: AbortSignal,
): Promise<Map<string, SearchRow["texts"]>> {
  const there = rows.filter((row) => row !== undefined);
  const docs = await readDocs(mail, there, signal).catch(() => readDocs(mail, there, undefined));
  return new Map(docs.map(({ id, texts }) => [id, texts]));
}

interface Place {
  /** Its name, its path, its role. */
  names: readonly string[];
  /** Whether a person has made it. */
  isLabel: boolean;
}

function placesOf(all: readonly Mailbox[]): Map<string, Place> {
  const byId = new Map(all.map((mailbox) => [mailbox.id, mailbox]));
  return new Map(
    all.map((mailbox) => {
      const { id, name, role, system } = mailbox;
      const names = [name, pathOf(mailbox, byId), role, system].filter((word) => word !== null);
      return [id, { names, isLabel: role === null && system === null }];
    }),
  );
}

function pathOf(mailbox: Mailbox, byId: ReadonlyMap<string, Mailbox>): string {
  const names = [mailbox.name];
  const seen = new Set([mailbox.id]);
  for (let at = byId.get(mailbox.parentId ?? ""); at !== undefined && !seen.has(at.id); ) {
    seen.add(at.id);
    names.unshift(at.name);
    at = byId.get(at.parentId ?? "");
  }
  return names.join("/");
}

function sortOf({ wire }: EmailRow): MessageSort {
  if (wire === null || !isMessageType(wire.type)) return "mail";
  if (wire.type === "chat_message") return "chat";
  if (wire.type === "file_transfer") return "file";
  return wire.type.startsWith("calendar_") ? "event" : "mail";
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
