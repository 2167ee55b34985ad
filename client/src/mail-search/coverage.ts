/** How much of the account's mail can be found: always known, and never more than is so. */
import { always, type Span } from "../search/spans.ts";
import { changedEmails } from "../sync/changed-emails.ts";
import { emails, receivedAtMs } from "../sync/email.ts";
import { type Mail, type SyncState, syncStates } from "../sync/mail-context.ts";
import { findLive, getIndex } from "./index-here.ts";

export interface SearchCoverage {
  /**
   * Everything received then or later can be found, but for `waiting` and what `partial` messages do not show: in
   * milliseconds since 1970, -Infinity for everything there is, undefined while it cannot be said.
   */
  since: number | undefined;
  /** Messages that have come or changed and were not looked at yet. */
  waiting: number;
  /** Messages that can be found, and of them those of which not all could be opened. */
  messages: number;
  partial: number;
  /** Messages of the account, as far as is known here. */
  total: number;
  /** Of `total`, from 0 to 1; 1 when everything can be found. */
  share: number;
}

/** Asks no server. */
export async function searchCoverage(mail: Mail): Promise<SearchCoverage> {
  const index = await getIndex(mail);
  const { spans, messages, partial } = index.coverage();
  const state = await mail.store.get(syncStates, "Email");
  const mirrored = await mirroredSpan(mail, state);
  const isOfThisPass = state !== undefined && index.cursor === String(state.pass);
  const [latest] = isOfThisPass ? spans : (findLive(mail)?.walked ?? []);
  const isSaid = latest?.to === always.to && mirrored !== undefined;
  const from = isSaid ? Math.max(latest.from, mirrored.from) : undefined;
  const here = await mail.store.count(emails);
  const total = state?.isWhole === true ? here : Math.max(here, state?.total ?? 0);
  const waiting = await mail.store.count(changedEmails);
  const isWhole = from === always.from && waiting === 0;
  return {
    since: from === always.from ? Number.NEGATIVE_INFINITY : from,
    waiting,
    messages,
    partial,
    total,
    share: isWhole ? 1 : Math.min(total === 0 ? 0 : messages / total, 1),
  };
}

/** The time of which all mail is on this device; undefined when that cannot be said of any. */
export async function mirroredSpan(mail: Mail, state: SyncState | undefined): Promise<Span | undefined> {
  if (state === undefined || state.state === null) return undefined;
  if (state.isWhole) return always;
  for (const row of (await mail.store.getMany(emails, state.frontier)).reverse()) {
    // Of the last instant there may be more.
    if (row !== undefined) return { from: receivedAtMs(row) + 1, to: always.to };
  }
  return undefined;
}
