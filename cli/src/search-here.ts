/** A search on this machine: of a sealed account the only one that finds what messages say. */
import {
  callMethod,
  chooseMailbox,
  type EmailRow,
  findOpened,
  type Mail,
  mailboxes,
  parseQuery,
  searchCoverage,
  searchMail,
  suggestWords,
  type Unreachable,
} from "@posthorn/client";
import { type MessageMeta, shape, WireTextsSchema } from "@posthorn/protocol";
import { columns } from "./columns.ts";
import { eachOnce, type News, newsLines } from "./contact-news.ts";
import { bringUpToDate, openMailHere } from "./mail-here.ts";
import { listOf, type MessageList, openList } from "./message-list.ts";
import type { Listed } from "./open-listed.ts";
import { openedMeta } from "./opened-meta.ts";
import { coverageValue, coverageWords, problemWords, suggestionWords } from "./search-words.ts";
import { answer, nextCommand, type Shell } from "./shell.ts";
import { markAllTold } from "./tell-news.ts";
import { trustOf } from "./trust.ts";

interface Wanted {
  query: string;
  mailbox: string | undefined;
  most: number;
}

/** As many as one answer can hold, however long they are. */
const atOnce = 50;
const textsShape = shape(WireTextsSchema);

/** Searches what is here after reading what is new; without a way to the server, what was here before. */
export async function searchHere(shell: Shell, wanted: Wanted): Promise<void> {
  const mail = await openMailHere(shell);
  try {
    const trouble = await bringUpToDate(shell, mail);
    await show(shell, mail, wanted, trouble);
  } finally {
    await mail.store.close();
  }
}

async function show(
  shell: Shell,
  mail: Mail,
  wanted: Wanted,
  trouble: Unreachable | undefined,
): Promise<void> {
  const query = await wholeQuery(mail, wanted);
  const found: EmailRow[] = [];
  for await (const { row } of searchMail(mail, query, { limit: wanted.most })) found.push(row);
  const [coverage, suggestions] = [await searchCoverage(mail), await suggestWords(mail, query)];
  const { problems } = parseQuery(query, { now: Date.now() });
  const said: News[] = [];
  const { values, rows } =
    trouble === undefined ? await openThere(shell, mail, found, said) : await listHere(mail, found);
  const news = eachOnce(said);
  const next = (command: string) => nextCommand(shell, command);
  const value = {
    searched: "here",
    messages: values,
    coverage: coverageValue(coverage),
    suggestions,
    problems,
    unreachable: trouble === undefined ? null : trouble.what,
  };
  answer(shell, value, () => {
    const rest = rows.length === wanted.most ? ` There may be more: --limit ${wanted.most * 2}` : "";
    const list =
      rows.length === 0
        ? ["Nothing was found."]
        : [
            columns(rows, shell.terminal.width),
            "",
            `${rows.length} found.${rest} To read one: ${next("read ID")}`,
          ];
    return [
      ...list,
      ...suggestions.map(suggestionWords),
      ...problems.map(problemWords),
      coverageWords(coverage),
      ...(trouble === undefined ? [] : [`${trouble.what} What was here before was searched.`]),
      ...newsLines(news, next),
    ].join("\n");
  });
  await markAllTold(mail.session, news);
}

/** At a command line the last word is whole. Throws ProblemError `notFound` for a mailbox that there is not. */
async function wholeQuery(mail: Mail, { query, mailbox }: Wanted): Promise<string> {
  if (mailbox === undefined) return `${query} `;
  const { name } = chooseMailbox(await mail.store.list(mailboxes), mailbox);
  return `(${query} ) in:"${name.replaceAll('"', "")}" `;
}

/** Opened anew, so that the warnings are those of today. */
async function openThere(
  shell: Shell,
  mail: Mail,
  rows: readonly EmailRow[],
  found: News[],
): Promise<MessageList> {
  return openList(shell, mail.session, withTexts(mail, rows), found);
}

async function* withTexts({ session }: Mail, rows: readonly EmailRow[]): AsyncGenerator<MessageMeta, void> {
  for (let at = 0; at < rows.length; at += atOnce) {
    const some = rows.slice(at, at + atOnce);
    const given = { ids: some.map(({ id }) => id), properties: ["wireText"] };
    const call = { method: "Email/get", arguments: given };
    const { list } = await callMethod(session, call, textsShape, { idempotent: true });
    for (const row of some) {
      const got = list.find(({ id }) => id === row.id);
      if (got !== undefined) yield { ...metaOf(row), wireText: got.wireText ?? null };
    }
  }
}

/** As they were opened here before. */
async function listHere(mail: Mail, rows: readonly EmailRow[]): Promise<MessageList> {
  const listed = await Promise.all(
    rows.map(async (row): Promise<Listed> => {
      const meta = metaOf(row);
      const opened = await findOpened(mail, row.id);
      if (mail.key === undefined) return { kind: "plain", meta, message: opened?.message };
      if (opened === undefined) return { kind: "notOpened", meta, words: "(not opened here yet)" };
      const { message } = opened;
      return { kind: "opened", meta: openedMeta(meta, message), message, trust: trustOf(opened), news: [] };
    }),
  );
  return listOf(mail.session, listed);
}

function metaOf({ pass, ...meta }: EmailRow): MessageMeta {
  return meta;
}
