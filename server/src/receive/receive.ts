/**
 * A peer's delivery, and our own on the last hop of the same road: verified bytes in, one verdict per message out.
 * Order of work: the signature was verified over the raw bytes before this room is entered, then parse, then
 * authorise, then accept (docs/protocol/50-delivery.md).
 */
import { createHash } from "node:crypto";
import {
  type Problem,
  ProblemError,
  parseTime,
  problem,
  readMessage,
  senderOf,
  splitLines,
  type Verdict,
} from "@posthorn/protocol";
import type { Clock, Log } from "../env/env.ts";
import { lockAccounts } from "../store/account-store.ts";
import type { Store, Tx } from "../store/sql.ts";
import { type AcceptContext, accept, type Incoming, notSealed } from "./accept.ts";
import { accountsAt, noCopies, sealCopies } from "./sealed-copies.ts";
import type { Verified } from "./verify.ts";

/** Receipts are kept twice as long as a sender tries, so what is older than that could be seen twice: refused. */
const oldestMessageMs = 10 * 24 * 3_600_000;
/** How far in the future a message may be dated, for senders whose clocks are wrong. */
const newestMessageMs = 2 * 24 * 3_600_000;
/** What one transaction keeps, for all recipients together; of a message that has more, it keeps that alone. */
const mostKeptBytes = 16 * 1024 * 1024;

export interface ReceiveContext {
  store: Store;
  clock: Clock;
  log: Log;
  host: string;
  incarnation: string;
}

type Line =
  /** With the names of the accounts here that it is for. */
  | { ok: true; incoming: Incoming; names: readonly string[] }
  | { ok: false; id: string | null; problem: Problem };

/** One message. Answers its verdict; a message that nobody got has a `problem`. */
export async function receiveMessage(ctx: ReceiveContext, verified: Verified): Promise<Verdict> {
  const [verdict] = await receiveLines(ctx, verified, [verified.body]);
  if (verdict === undefined) throw new Error("a message without a verdict");
  return verdict;
}

/**
 * A batch, one message a line: verdicts line for line. One bad line never harms the others. Throws `tooLarge` for more
 * lines than a batch may have.
 */
export async function receiveBatch(ctx: ReceiveContext, verified: Verified): Promise<Verdict[]> {
  return receiveLines(ctx, verified, splitLines(verified.body));
}

async function receiveLines(
  ctx: ReceiveContext,
  verified: Verified,
  raw: readonly Uint8Array[],
): Promise<Verdict[]> {
  const { store, clock, log, host, incarnation } = ctx;
  const now = clock.now();
  const from = verified.host;
  const acceptContext: AcceptContext = { host, now, incarnation };
  const verdicts: Verdict[] = [];
  for (const lines of inGroups(raw.map((bytes) => readLine(bytes, from, host, now)))) {
    try {
      verdicts.push(...(await acceptTogether(store, acceptContext, from, lines)));
    } catch (error) {
      if (error instanceof ProblemError) throw error;
      log("error", "receive.batchFailed", { host: from, error: String(error) });
      verdicts.push(...(await acceptOneByOne(ctx, acceptContext, from, lines)));
    }
  }
  return verdicts;
}

/** Lines for one transaction each: until it is written, what is kept for each recipient may be a copy in memory. */
function inGroups(lines: readonly Line[]): Line[][] {
  const groups: Line[][] = [];
  let openBytes = Number.POSITIVE_INFINITY;
  for (const line of lines) {
    const bytes = line.ok ? line.incoming.bytes.length * line.names.length : 0;
    openBytes += bytes;
    if (openBytes > mostKeptBytes) {
      groups.push([]);
      openBytes = bytes;
    }
    groups.at(-1)?.push(line);
  }
  return groups;
}

/** Judges the lines in one transaction. What an account has come to take sealed only meanwhile is sealed, and it is judged anew. */
async function acceptTogether(
  store: Store,
  ctx: AcceptContext,
  from: string,
  lines: readonly Line[],
): Promise<Verdict[]> {
  const attempt = async () => {
    const sealed = await sealLines(store, ctx, lines);
    return store.write((tx) => acceptAll(ctx, tx, from, sealed));
  };
  return attempt().catch((error: unknown) => (error === notSealed ? attempt() : Promise.reject(error)));
}

async function sealLines(store: Store, ctx: AcceptContext, lines: readonly Line[]): Promise<Line[]> {
  const arriving = lines.flatMap((line) => (line.ok ? [{ ...line.incoming, names: line.names }] : []));
  const copies = await sealCopies(store.read, ctx, arriving);
  return lines.map((line) =>
    line.ok ? { ...line, incoming: { ...line.incoming, copies: copies.shift() ?? noCopies } } : line,
  );
}

async function acceptAll(
  ctx: AcceptContext,
  tx: Tx,
  from: string,
  lines: readonly Line[],
): Promise<Verdict[]> {
  await lockAccounts(tx, [...new Set(lines.flatMap((line) => (line.ok ? line.names : [])))]);
  const verdicts: Verdict[] = [];
  for (const line of lines) {
    verdicts.push(
      line.ok ? await accept(ctx, tx, from, line.incoming) : refusedLine(ctx, line.id, line.problem),
    );
  }
  return verdicts;
}

/** Each line in a transaction of its own, so that the one that cannot be stored is refused alone (threats D2). */
async function acceptOneByOne(
  { store, log }: ReceiveContext,
  ctx: AcceptContext,
  from: string,
  lines: readonly Line[],
): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const line of lines) {
    try {
      verdicts.push(...(await acceptTogether(store, ctx, from, [line])));
    } catch (error) {
      if (error instanceof ProblemError) throw error;
      log("error", "receive.lineFailed", { host: from, error: String(error) });
      const id = line.ok ? line.incoming.message.id : line.id;
      verdicts.push(
        refusedLine(
          ctx,
          id,
          problem("internal", "This message could not be stored. It is not lost: try again later."),
        ),
      );
    }
  }
  return verdicts;
}

function readLine(bytes: Uint8Array, from: string, here: string, now: number): Line {
  let id: string | null = null;
  try {
    const message = readMessage(bytes);
    id = message.id;
    const sender = senderOf(message);
    if (sender.host !== from) {
      const at = message.from === undefined ? "/organizer/host" : "/from/host";
      const detail = `This message says it is from ${sender.host}, but ${from} signed it.`;
      return { ok: false, id, problem: problem("senderMismatch", detail, { pointer: at }) };
    }
    const sentAt = parseTime(message.date);
    if (sentAt < now - oldestMessageMs) {
      return {
        ok: false,
        id,
        problem: problem("messageTooOld", "This message is older than ten days.", { pointer: "/date" }),
      };
    }
    if (sentAt > now + newestMessageMs) {
      return {
        ok: false,
        id,
        problem: problem("invalidMessage", "This message is dated in the future.", { pointer: "/date" }),
      };
    }
    const digest = createHash("sha256").update(bytes).digest();
    const incoming = { message, bytes, digest, copies: noCopies };
    return { ok: true, incoming, names: accountsAt(here, message) };
  } catch (error) {
    if (error instanceof ProblemError) return { ok: false, id, problem: error.problem };
    throw error;
  }
}

function refusedLine(ctx: AcceptContext, id: string | null, reason: Problem): Verdict {
  return { id, status: reason.status, incarnation: ctx.incarnation, recipients: [], problem: reason };
}
