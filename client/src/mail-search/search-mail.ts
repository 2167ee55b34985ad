/** Searching an account's mail on the device: at once, without a network, also while it is still being indexed. */
import type { SearchHit } from "../search/hits.ts";
import { needsOf, type SearchPlan } from "../search/plan.ts";
import { parseQuery } from "../search/query.ts";
import type { SearchIndex } from "../search/search-index.ts";
import type { Suggestion } from "../search/suggest.ts";
import { type EmailRow, emails } from "../sync/email.ts";
import type { Mail } from "../sync/mail-context.ts";
import { mailboxes } from "../sync/mailbox.ts";
import { isAboutAnother, isRecalled, listAbout } from "./about-others.ts";
import { ahead } from "./ahead.ts";
import { excerptOf, type MarkedText, markedSubject } from "./excerpt.ts";
import { readFacts } from "./find-facts.ts";
import { findLive, forgetReader, getIndex } from "./index-here.ts";
import { readDocs } from "./mail-source.ts";
import { placesOf } from "./places.ts";
import { readRowsFor } from "./read-rows.ts";

export interface MailHit {
  id: string;
  row: EmailRow;
  /** As they were opened here, on one line; empty for what was not yet: `openEmail` opens it. */
  subject: MarkedText;
  /** A few words of the text, around the first that was found. */
  excerpt: MarkedText;
}

export interface MailSearchOptions {
  /** No more than so many; all when it is left out. */
  limit?: number | undefined;
  signal?: AbortSignal | undefined;
  /**
   * Told how many messages have the words of a phrase, or may have a link, and could not be looked into, because they were
   * never opened here and cannot be now. Not told when there are none.
   */
  onUnread?: ((messages: number) => void) | undefined;
  /** An IANA time zone for dates in the query; that of the machine when it is left out. */
  zone?: string | undefined;
}

/** So often a search begins anew when another tab has tidied up what it was reading. */
const mostRounds = 3;

/** What a query asks for. Nothing in a query is a fault: what was not understood stands in `problems`. */
function planSearch({ session }: Mail, text: string, zone?: string): SearchPlan {
  return parseQuery(text, { now: session.platform.clock.now(), zone });
}

/**
 * What the query (`parseQuery`) finds, newest first, as it is found; it ends early when the caller stops or the signal
 * aborts. The last word may be unfinished unless a space follows it. How much was searched says `searchCoverage`.
 * Throws LocalStoreError.
 */
export async function* searchMail(
  mail: Mail,
  text: string,
  {
    limit = Number.POSITIVE_INFINITY,
    signal = new AbortController().signal,
    onUnread,
    zone,
  }: MailSearchOptions = {},
): AsyncGenerator<MailHit, void> {
  if (limit <= 0) return;
  const plan = planSearch(mail, text, zone);
  const places = placesOf(await mail.store.list(mailboxes));
  const unread = new Set<string>();
  const readRows = readRowsFor(mail, plan, {
    places,
    signal,
    onUnread(ids) {
      if (ids.length === 0) return;
      for (const id of ids) unread.add(id);
      onUnread?.(unread.size);
    },
  });
  const findFacts = needsOf(plan.root).rows ? await readFacts(mail, places) : undefined;
  const given = new Set<string>();
  for (let round = 0; round < mostRounds; round++) {
    const index = await getIndex(mail);
    const segments = index.segments().length;
    const found = index.search(plan, { readRows, findFacts });
    const hits = ahead(found, async ({ id }) => (given.has(id) ? undefined : findHit(mail, plan, id)));
    for await (const hit of hits) {
      if (signal.aborted) return;
      given.add(hit.id);
      yield hit;
      // At once: to find another may take long.
      if (given.size >= limit) return;
    }
    if (isComplete(mail, index, segments)) return;
    forgetReader(mail);
  }
}

/** False when it has lost something on the way, because it only reads what another tab writes. */
function isComplete(mail: Mail, index: SearchIndex, segmentsBefore: number): boolean {
  return findLive(mail)?.index === index || index.segments().length === segmentsBefore;
}

/** Undefined for what is gone, or not shown by itself. */
async function findHit(mail: Mail, plan: SearchPlan, id: SearchHit["id"]): Promise<MailHit | undefined> {
  const shown = await mail.store.read([emails], async (reader) => {
    const row = await reader.get(emails, id);
    if (row === undefined || isAboutAnother(row)) return undefined;
    const [about = []] = await listAbout(reader, [row]);
    return isRecalled(about) ? undefined : row;
  });
  if (shown === undefined) return undefined;
  const [doc] = await readDocs(mail, [shown], undefined);
  const { subject = "", body = "" } = doc?.texts ?? {};
  return { id, row: shown, subject: markedSubject(subject, plan), excerpt: excerptOf(body, plan) };
}

/** Words of a query that no message has, each with the word most like it that some message has. */
export async function suggestWords(mail: Mail, text: string): Promise<Suggestion[]> {
  return (await getIndex(mail)).suggest(planSearch(mail, text));
}
