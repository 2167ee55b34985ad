/** What a person must be told of their contacts' keys (§90.7). The SDK says each of it once. */
import type { ContactNews, Opened } from "@posthorn/client";
import { accountOf, parseAddress, senderOf } from "@posthorn/protocol";

export interface News {
  address: string;
  news: ContactNews;
}

/** What was found when a message was opened. */
export function newsOf(opened: Opened): News[] {
  if (opened.kind === "open") return [];
  const { sender, message } = opened;
  const news = "news" in sender ? sender.news : undefined;
  return news === undefined ? [] : [{ address: accountOf(senderOf(message)), news }];
}

/** What was found of an account in several places, under whichever of its addresses, once. */
export function eachOnce(all: readonly News[]): News[] {
  const found = new Map<string, News>();
  for (const { address, news } of all) {
    const account = accountOf(parseAddress(address));
    found.set(`${account} ${news}`, { address: account, news });
  }
  return [...found.values()];
}

/** A line for each. `next` makes a command to be typed next. */
export function newsLines(all: readonly News[], next: (command: string) => string): string[] {
  return all.map(({ address, news }) => newsLine(address, news, next(`verify ${address}`)));
}

function newsLine(address: string, news: ContactNews, verify: string): string {
  switch (news) {
    case "firstSeen":
      return `The keys of ${address} were seen for the first time. To make sure that they are theirs: ${verify}`;
    case "newKey":
      return `The identity of ${address} has changed, and the former one vouches for it. To make sure: ${verify}`;
    case "reset":
      return `WARNING: The identity of ${address} is another one, and nobody vouches for it. Ask them in another way, then: ${verify}`;
    case "policyLowered":
      return `${address} takes mail in the open now, too.`;
  }
}
