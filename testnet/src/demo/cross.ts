import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, rm, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import {
  type Draft,
  listMessages,
  type Opened,
  openStored,
  type Progress,
  prepare,
  readOwnName,
  replyTo,
  type SealedFile,
  send,
  uploadSealedFile,
  waitUntilSettled,
  withName,
} from "@posthorn/client";
import { openFileSource, saveSealedFile } from "@posthorn/client/node";
import { formatAddress, type Message, type SendAnswer, senderOf, uuidV7 } from "@posthorn/protocol";
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
    /** Letter, file and answer were opened by whom they were for, and signed by whom they were from. */
    sealed: boolean;
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

/** What a crossing needs of a place: two people, and a folder for files. */
export type CrossPlace = Pick<Place, "alice" | "bob" | "clientFolder">;

/** Alice writes to Bob with a file; Bob reads, saves the file and answers; Alice reads the answer. All of it sealed. */
export async function cross(place: CrossPlace, options: CrossOptions): Promise<Crossing> {
  const { alice, bob } = place;
  const { say } = options;
  const startedAt = performance.now();
  const path = options.attach ?? (await makeFile(place.clientFolder));
  const subject = options.subject ?? "The first letter without a postman";
  const body =
    options.body ?? "No SMTP, no IMAP, no POP3: one JSON object over HTTPS.\n\nA file comes with it.";

  say(`${alice.address} seals ${basename(path)} and a letter for ${bob.address} …`);
  const sentFile = { size: (await stat(path)).size, sha256: await hashOf(path) };
  const { clock, randomBytes } = alice.session.platform;
  const id = uuidV7(clock.now(), randomBytes(16));
  const file = await upload(alice, path, id);
  const draft = { id, from: alice.address, to: [bob.address], subject, body };
  const { message: letter } = await prepare(alice.session, await named(alice, draft), { files: [file] });
  const sentAt = performance.now();
  await send(alice.session, letter);
  await settled(alice, id);
  const deliveredMs = performance.now() - sentAt;

  const opened = await openArrived(bob, id);
  say(`${bob.address} opens “${textOf(opened.message, "subject")}”; neither server can.`);
  const received = await save(bob, opened, join(place.clientFolder, `received-${id}`));
  const verified = received?.sha256 === sentFile.sha256 && received.size === sentFile.size;
  say(
    `The file at ${bob.address} ${verified ? "is the one that was sent, byte for byte" : "is NOT the one that was sent"}.`,
  );

  const reply = {
    from: bob.address,
    ...replyTo(opened.message, bob.address),
    body: "It has come. Thank you!",
  };
  const { message: answer } = await prepare(bob.session, await named(bob, reply));
  const answeredAt = performance.now();
  await send(bob.session, answer);
  await settled(bob, answer.id);
  const answered = await openArrived(alice, answer.id);
  const replyMs = performance.now() - answeredAt;
  say(`${alice.address} opens the answer, sealed as well: “${textOf(answered.message, "body")}”`);

  const seen = {
    sealed: isSealedBy(opened, alice) && isSealedBy(answered, bob),
    messageId: id,
    from: alice.address,
    to: bob.address,
    subject: textOf(opened.message, "subject"),
    body: textOf(opened.message, "body"),
    attachment: { filename: basename(path), ...sentFile, verified },
    reply: { messageId: answer.id, body: textOf(answered.message, "body") },
    deliveredMs: Math.round(deliveredMs),
    replyMs: Math.round(replyMs),
    totalMs: Math.round(performance.now() - startedAt),
  };
  const ok = seen.sealed && verified && seen.subject === subject && seen.body === body;
  return { ok, seen };
}

async function named({ session, address }: Person, draft: Draft): Promise<Draft> {
  return withName(draft, await readOwnName(session, address));
}

async function upload(person: Person, path: string, messageId: string): Promise<SealedFile> {
  const source = await openFileSource(path);
  const onProgress = showProgress("uploaded");
  const options = { messageId, place: 0, filename: basename(path), onProgress };
  return uploadSealedFile(person.session, source, options).finally(() => source.close());
}

/** Waits until the other server has taken the message. Throws with its reason when it did not. */
async function settled(person: Person, id: string): Promise<void> {
  const answer: SendAnswer = await waitUntilSettled(person.session, id, { timeoutMs: waitMs });
  const failed = answer.recipients.find(({ status }) => status !== "delivered");
  if (failed === undefined) return;
  throw new Error(`${failed.address}: ${failed.status}. ${failed.problem?.detail ?? ""}`);
}

async function openArrived(person: Person, id: string): Promise<Opened> {
  const { messages } = await listMessages(person.session, { messageIds: [id], withText: true });
  const [arrived] = messages;
  if (arrived !== undefined) return openStored(person.session, arrived);
  throw new Error(`The message is not in the mailbox of ${person.address}, though its server took it.`);
}

function isSealedBy(opened: Opened, { address }: Person): boolean {
  if (opened.kind === "open" || opened.files.some((file) => file.kind === "open")) return false;
  return opened.sender.kind === "known" && formatAddress(senderOf(opened.message)) === address;
}

/** Opens the file into its place, looks at it, and takes it away again. */
async function save(
  person: Person,
  { message, files: [file] }: Opened,
  path: string,
): Promise<{ size: number; sha256: string } | undefined> {
  if (file?.kind !== "sealed") return undefined;
  const wanted = { ...file, messageId: message.id, place: 0 };
  await saveSealedFile(person.session, wanted, path, { overwrite: true, onProgress: showProgress("saved") });
  const saved = { size: (await stat(path)).size, sha256: await hashOf(path) };
  await rm(path);
  return saved;
}

function textOf(message: Message, field: "subject" | "body"): string {
  const text: unknown = Reflect.get(message, field);
  return typeof text === "string" ? text : "";
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
