/** The account's mail on a device, searched there. */

export { keepTexts } from "../sync/opened-texts.ts";
export { type Amendments, type Reading, readAmendments, readingOf } from "./amended.ts";
export { type SearchCoverage, searchCoverage } from "./coverage.ts";
export { type EmailEntry, entryOf } from "./email-entry.ts";
export { readEntries } from "./email-facts.ts";
export type { MarkedText } from "./excerpt.ts";
export { indexMail, type KeepIndexedOptions, keepIndexed } from "./keep-indexed.ts";
export { readKept } from "./kept-texts.ts";
export { type MailHit, type MailSearchOptions, searchMail, suggestWords } from "./search-mail.ts";
