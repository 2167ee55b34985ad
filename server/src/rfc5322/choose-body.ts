/** Which parts of a mail are its text and which go with it (RFC 8621 §4.1.4). */
import type { MailLeaf, MailPart } from "./mail.ts";

export interface ChosenBody {
  textBody: readonly MailLeaf[];
  htmlBody: readonly MailLeaf[];
  attachments: readonly MailLeaf[];
}

/** Where a part stands. */
interface Place {
  /** The subtype of its multipart. */
  within: string;
  isFirst: boolean;
  /** Whether it is below an alternative, at any depth. */
  inAlternative: boolean;
}

interface Lists {
  /** Undefined once the branch of an alternative that is being read was found to be the other one. */
  text: MailLeaf[] | undefined;
  html: MailLeaf[] | undefined;
  attachments: MailLeaf[];
}

/** The choice that the RFC suggests. */
export function chooseBody(structure: MailPart): ChosenBody {
  const text: MailLeaf[] = [];
  const html: MailLeaf[] = [];
  const attachments: MailLeaf[] = [];
  chooseFrom([structure], "mixed", false, { text, html, attachments });
  return { textBody: text, htmlBody: html, attachments };
}

function chooseFrom(parts: readonly MailPart[], within: string, inAlternative: boolean, from: Lists): void {
  // A branch that turns out to be of one kind adds no more to the other; its siblings begin anew.
  const lists = { ...from };
  const before = { text: lists.text?.length ?? 0, html: lists.html?.length ?? 0 };
  parts.forEach((part, index) => {
    if (part.subParts !== undefined) {
      const subtype = part.type.slice("multipart/".length);
      chooseFrom(part.subParts, subtype, inAlternative || subtype === "alternative", lists);
    } else {
      choose(part, { within, isFirst: index === 0, inAlternative }, lists);
    }
  });
  if (within !== "alternative" || lists.text === undefined || lists.html === undefined) return;
  // What there is in one form only is shown in both.
  const newText = lists.text.slice(before.text);
  const newHtml = lists.html.slice(before.html);
  if (newText.length === 0) lists.text.push(...newHtml);
  if (newHtml.length === 0) lists.html.push(...newText);
}

function choose(part: MailLeaf, place: Place, lists: Lists): void {
  if (!isShown(part, place)) {
    lists.attachments.push(part);
    return;
  }
  if (place.within === "alternative") {
    const list = part.type === "text/plain" ? lists.text : part.type === "text/html" ? lists.html : undefined;
    (list ?? lists.attachments).push(part);
    return;
  }
  if (place.inAlternative && part.type === "text/plain") lists.html = undefined;
  if (place.inAlternative && part.type === "text/html") lists.text = undefined;
  lists.text?.push(part);
  lists.html?.push(part);
  const isInBoth = lists.text !== undefined && lists.html !== undefined;
  if (!isInBoth && isMedia(part.type)) lists.attachments.push(part);
}

function isShown(part: MailLeaf, place: Place): boolean {
  if (part.disposition === "attachment") return false;
  if (part.type !== "text/plain" && part.type !== "text/html" && !isMedia(part.type)) return false;
  if (place.isFirst) return true;
  // Of a related group the first is shown and the others are what it refers to; a text with a name is a file.
  return place.within !== "related" && (isMedia(part.type) || part.name === undefined);
}

function isMedia(type: string): boolean {
  return /^(?:image|audio|video)\//.test(type);
}
