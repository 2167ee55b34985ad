import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, rm, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import {
  compose,
  downloadFile,
  eachMessage,
  type Progress,
  readMessage,
  replyTo,
  send,
  uploadFile,
  waitUntilSettled,
} from "@posthorn/client";
import { openFileSink, openFileSource } from "@posthorn/client/node";
import { attachmentsOf, type Message, type MessageMeta, type SendAnswer } from "@posthorn/protocol";
import type { Person, Place } from "./place.ts";

export interface CrossOptions {
  subject?: string | undefined;
  body?: string | undefined;
  /** Path of a file to go with the letter; without it one is made. */
  attach?: string | undefined;
  say(text: string): void;
}

/** What was seen to cross, and whether all of it was right. */
export interface Crossing {
  ok: boolean;
  seen: {
    messageId: string;
    from: string;
    to: string;
    subject: string;
    body: string;
    attachment: { filename: string; size: number; sha256: string; verified: boolean };
    reply: { messageId: string; body: string };
    deliveredMs: number;
    replyMs: number;
    totalMs: number;
  };
}

const waitMs = 120_000;

/** Alice writes to Bob with a file; Bob reads, saves the file and answers; Alice reads the answer. */
export async function cross(place: Place, options: CrossOptions): Promise<Crossing> {
  const { alice, bob } = place;
  const { say } = options;
  const startedAt = performance.now();
  const path = options.attach ?? (await makeFile(place.clientFolder));
  const subject = options.subject ?? "The first letter without a postman";
  const body =
    options.body ?? "No SMTP, no IMAP, no POP3: one JSON object over HTTPS.\n\nA file comes with it.";

  say(`${alice.address} uploads ${basename(path)} and writes to ${bob.address} …`);
  const sentFile = { size: (await stat(path)).size, sha256: await hashOf(path) };
  const source = await openFileSource(path);
  const attachment = await uploadFile(alice.session, source, {
    filename: basename(path),
    onProgress: showProgress("uploaded"),
  }).finally(() => source.close());
  const { platform } = alice.session;
  const letter = compose(platform, {
    from: alice.address,
    to: [bob.address],
    subject,
    body,
    attachments: [attachment],
  });
  const sentAt = performance.now();
  await send(alice.session, letter);
  await settled(alice, letter.id);
  const deliveredMs = performance.now() - sentAt;

  const { meta, message } = await findArrived(bob, letter.id);
  say(`${bob.address} reads “${meta.subject ?? ""}”.`);
  const saved = join(place.clientFolder, `received-${letter.id}`);
  const received = await save(bob, message, saved);
  await rm(saved, { force: true });
  const verified = received?.sha256 === sentFile.sha256 && received.size === sentFile.size;
  say(
    `The file at ${bob.address} ${verified ? "is the one that was sent, byte for byte" : "is NOT the one that was sent"}.`,
  );

  const answer = compose(platform, {
    from: bob.address,
    ...replyTo(message, bob.address),
    subject: `Re: ${subject}`,
    body: "It has come. Thank you!",
  });
  const answeredAt = performance.now();
  await send(bob.session, answer);
  await settled(bob, answer.id);
  const reply = await findArrived(alice, answer.id);
  const replyMs = performance.now() - answeredAt;
  say(`${alice.address} reads the answer: “${textOf(reply.message)}”`);

  const seen = {
    messageId: letter.id,
    from: alice.address,
    to: bob.address,
    subject: meta.subject ?? "",
    body: textOf(message),
    attachment: { filename: basename(path), ...sentFile, verified },
    reply: { messageId: answer.id, body: textOf(reply.message) },
    deliveredMs: Math.round(deliveredMs),
    replyMs: Math.round(replyMs),
    totalMs: Math.round(performance.now() - startedAt),
  };
  const ok =
    verified && seen.subject === subject && seen.body === body && reply.meta.from.host === place.beta.host;
  return { ok, seen };
}

/** Waits until the other server has taken the message. Throws with its reason when it did not. */
async function settled(person: Person, id: string): Promise<void> {
  const answer: SendAnswer = await waitUntilSettled(person.session, id, { timeoutMs: waitMs });
  const failed = answer.recipients.find(({ status }) => status !== "delivered");
  if (failed === undefined) return;
  throw new Error(`${failed.address}: ${failed.status}. ${failed.problem?.detail ?? ""}`);
}

async function findArrived(person: Person, id: string): Promise<{ meta: MessageMeta; message: Message }> {
  for await (const meta of eachMessage(person.session)) {
    if (meta.messageId === id) return { meta, message: await readMessage(person.session, meta.id) };
  }
  throw new Error(`The message is not in the mailbox of ${person.address}, though its server took it.`);
}

async function save(
  person: Person,
  message: Message,
  path: string,
): Promise<{ size: number; sha256: string } | undefined> {
  const [attachment] = attachmentsOf(message);
  if (attachment === undefined) return undefined;
  const sink = await openFileSink(path, { overwrite: true });
  try {
    await downloadFile(person.session, attachment, sink, { onProgress: showProgress("saved") });
  } finally {
    await sink.close();
  }
  return { size: (await stat(path)).size, sha256: await hashOf(path) };
}

function textOf(message: Message): string {
  return "body" in message && typeof message.body === "string" ? message.body : "";
}

/** A progress line, on a terminal only. */
function showProgress(word: string): (progress: Progress) => void {
  return ({ doneBytes, totalBytes }) => {
    if (!process.stdout.isTTY || totalBytes < 1_000_000) return;
    const percent = Math.floor((doneBytes / totalBytes) * 100);
    process.stdout.write(`\r  ${percent} % ${word}${doneBytes === totalBytes ? "\n" : ""}`);
  };
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest("hex");
}

async function makeFile(folder: string): Promise<string> {
  const path = join(folder, "posthorn.txt");
  await mkdir(folder, { recursive: true });
  const lines = Array.from({ length: 4_000 }, (_, index) => `${index + 1}. A post horn announced the mail.`);
  await writeFile(path, `${lines.join("\n")}\n`);
  return path;
}
