/** Mail of RFC 5322 that was imported or drafted by a mail program; only open accounts have it, and its server reads it. */
import { MailBodiesSchema, type MailFile, shape } from "@posthorn/protocol";
import type { Api } from "./api.ts";
import { callMethod, jmapAccountId } from "./jmap.ts";
import { type Interruptible, noSuchMessage } from "./mail.ts";
import { openMeter } from "./meter.ts";
import type { Sink, TransferOptions } from "./source.ts";

const bodies = shape(MailBodiesSchema);
const mostTextBytes = 1024 * 1024;

export interface StandardMail {
  text: string;
  /** True when there is no text but in HTML. */
  isHtml: boolean;
  /** As its author wrote it: never to be shown but cleaned and in a frame of nobody's. Undefined when it has none. */
  html: string | undefined;
  /** True when it has more text than a megabyte. */
  isCut: boolean;
  files: readonly MailFile[];
}

/** What a standard mail says, by its id in lists. Throws ProblemError `notFound`. */
export async function readStandardMail(
  api: Api,
  id: string,
  options: Interruptible = {},
): Promise<StandardMail> {
  const given = {
    ids: [id],
    properties: ["textBody", "htmlBody", "bodyValues", "attachments"],
    fetchTextBodyValues: true,
    fetchHTMLBodyValues: true,
    maxBodyValueBytes: mostTextBytes,
  };
  const call = { method: "Email/get", arguments: given };
  const { list } = await callMethod(api, call, bodies, { ...options, idempotent: true });
  const mail = list.find((one) => one.id === id) ?? noSuchMessage();
  const valuesOf = (parts: readonly { partId: string | null }[]) =>
    parts.flatMap(({ partId }) => mail.bodyValues[partId ?? ""] ?? []);
  const values = valuesOf(mail.textBody);
  const html = valuesOf((mail.htmlBody ?? []).filter(({ type }) => type === "text/html"));
  return {
    text: values.map(({ value }) => value).join("\n"),
    isHtml: mail.textBody.some(({ type }) => type === "text/html"),
    html: html.length === 0 ? undefined : html.map(({ value }) => value).join("\n"),
    isCut: [...values, ...html].some(({ isTruncated }) => isTruncated),
    files: mail.attachments,
  };
}

/** Downloads a file of a standard mail, from its beginning. Throws ProblemError `notFound`, and what a call throws. */
export async function downloadMailFile(
  api: Api,
  { blobId, name, type, size }: MailFile,
  sink: Sink,
  { onProgress, signal }: TransferOptions = {},
): Promise<void> {
  const meter = openMeter(api.platform.clock, size, onProgress);
  meter.kept(0);
  const params = { accountId: await jmapAccountId(api), blobId, name: name || "file" };
  const answer = await api.exchange("jmapDownload", { params, query: { accept: type }, signal });
  let written = 0;
  for await (const piece of answer.body) {
    await sink.write(written, piece);
    written += piece.length;
    meter.moved(written);
  }
  await sink.finish(written);
}
