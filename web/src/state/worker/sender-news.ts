/** What is new about the keys of somebody who has written. */
import { type ContactNews, lookUpContact, markTold } from "@posthorn/client";
import type { Desk } from "./desk.ts";

export interface SenderNews {
  /** What the reader has not been told yet; null when there is nothing to tell. */
  news: Exclude<ContactNews, "firstSeen"> | null;
  /** The two have compared numbers, and another identity has come since: nothing is sent before they compare again. */
  mustCompare: boolean;
}

const nothing: SenderNews = { news: null, mustCompare: false };

/** Nothing while nobody can be asked. */
export async function readSenderNews({ mail }: Desk, { address }: { address: string }): Promise<SenderNews> {
  if (address === mail.session.address || (await mail.session.keys.findRootSecret()) === undefined)
    return nothing;
  try {
    const contact = await lookUpContact(mail.session, address);
    if (contact.kind === "mustCompare") return { news: null, mustCompare: true };
    if (contact.kind !== "sealed" || contact.news === undefined || contact.news === "firstSeen")
      return nothing;
    return { news: contact.news, mustCompare: false };
  } catch {
    return nothing;
  }
}

export async function tellNews(
  { mail }: Desk,
  { address, news }: { address: string; news: ContactNews },
): Promise<void> {
  await markTold(mail.session, address, news);
}
