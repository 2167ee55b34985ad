/**
 * Keeps an account's mail in a file here, indexes it, and searches it; again at once, and without a network.
 *
 *     node_modules/.bin/node --conditions=source client/examples/search.ts bob@b.example "from:alice plan"
 */

import {
  indexMail,
  openMail,
  resume,
  searchCoverage,
  searchMail,
  suggestWords,
  syncOnce,
} from "@posthorn/client";
import { openHome, usualHomeFolder } from "@posthorn/client/node";

const [address = "", query = ""] = process.argv.slice(2);
const home = openHome(usualHomeFolder(process.env));
const session = await resume(await home.platform(), home.keeper(address));
if (session === undefined) throw new Error(`${address} is not signed in here.`);

const mail = await openMail(session, home.mail(address));
const { signal } = new AbortController();
await syncOnce(mail, signal);
await indexMail(mail, { signal });

for await (const { row, subject, excerpt } of searchMail(mail, `${query} `, { limit: 20 })) {
  console.log(`${row.receivedAt}  ${subject.text}`);
  let shown = excerpt.text;
  for (const { start, end } of excerpt.marks.toReversed()) {
    shown = `${shown.slice(0, start)}*${shown.slice(start, end)}*${shown.slice(end)}`;
  }
  console.log(`  ${shown}`);
}
for (const { word, instead } of await suggestWords(mail, `${query} `)) {
  console.log(`Nothing has “${word}”. Did you mean “${instead}”?`);
}
const { share } = await searchCoverage(mail);
console.log(`${Math.floor(share * 100)} % of the mail was searched.`);
await mail.store.close();
