/**
 * A peer's delivery, and our own on the last hop of the same road: verified bytes in, one verdict per message out.
 * Order of work: the signature was verified over the raw bytes before this room is entered, then parse, then
 * authorise, then accept (docs/protocol/50-delivery.md).
 */
import { createHash } from "node:crypto";
import {
  accountName,
  type Problem,
  ProblemError,
  parseTime,
  problem,
  readMessage,
  recipientsOf,
  senderOf,
  splitLines,
  type Verdict,
} from "@posthorn/protocol";
import type { Clock, Log } from "../env/env.ts";
import { lockAccounts } from "../store/account-store.ts";
import type { Store, Tx } from "../store/sql.ts";
import { type AcceptContext, accept, type Incoming } from "./accept.ts";
import type { Verified } from "./verify.ts";

/** Receipts are kept twice as long as a sender tries, so what is older than that could be seen twice: refused. */
const oldestMessageMs = 10 * 24 * 3_600_000;
/** How far in the future a message may be dated, for senders whose clocks are wrong. */
const newestMessageMs = 2 * 24 * 3_600_000;

export interface ReceiveContext {
  store: Store;
  clock: Clock;
  log: Log;
  host: string;
  incarnation: string;
}

type Line = { ok: true; incoming: Incoming } | { ok: false; id: string | null; problem: Problem };

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
  const now = ctx.clock.now();
  const lines = raw.map((bytes) => readLine(bytes, verified.host, now));
  const acceptContext: AcceptContext = { host: ctx.host, now, incarnation: ctx.incarnation };
  try {
    return await ctx.store.write((tx) => acceptAll(acceptContext, tx, verified.host, lines));
  } catch (error) {
    if (error instanceof ProblemError) throw error;
    ctx.log("error", "receive.batchFailed", { host: verified.host, error: String(error) });
    return acceptOneByOne(ctx, acceptContext, verified.host, lines);
  }
}

async function acceptAll(
  ctx: AcceptContext,
  tx: Tx,
  host: string,
  lines: readonly Line[],
): Promise<Verdict[]> {
  await lockAccounts(tx, accountsOf(ctx, lines));
  const verdicts: Verdict[] = [];
  for (const line of lines) {
    verdicts.push(
      line.ok ? await accept(ctx, tx, host, line.incoming) : refusedLine(ctx, line.id, line.problem),
    );
  }
  return verdicts;
}

/** The names of those here whom the lines are for, each once. */
function accountsOf(ctx: AcceptContext, lines: readonly Line[]): string[] {
  const recipients = lines.flatMap((line) => (line.ok ? recipientsOf(line.incoming.message) : []));
  return [...new Set(recipients.filter(({ host }) => host === ctx.host).map(({ id }) => accountName(id)))];
}

/** Each line in a transaction of its own, so that the one that cannot be stored is refused alone (threats D2). */
async function acceptOneByOne(
  ctx: ReceiveContext,
  acceptContext: AcceptContext,
  host: string,
  lines: readonly Line[],
): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const line of lines) {
    try {
      verdicts.push(...(await ctx.store.write((tx) => acceptAll(acceptContext, tx, host, [line]))));
    } catch (error) {
      if (error instanceof ProblemError) throw error;
      ctx.log("error", "receive.lineFailed", { host, error: String(error) });
      const id = line.ok ? line.incoming.message.id : line.id;
      verdicts.push(
        refusedLine(
          acceptContext,
          id,
          problem("internal", "This message could not be stored. It is not lost: try again later."),
        ),
      );
    }
  }
  return verdicts;
}

function readLine(bytes: Uint8Array, host: string, now: number): Line {
  let id: string | null = null;
  try {
    const message = readMessage(bytes);
    id = message.id;
    const sender = senderOf(message);
    if (sender.host !== host) {
      const at = message.from === undefined ? "/organizer/host" : "/from/host";
      const detail = `This message says it is from ${sender.host}, but ${host} signed it.`;
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
    return { ok: true, incoming: { message, bytes, digest } };
  } catch (error) {
    if (error instanceof ProblemError) return { ok: false, id, problem: error.problem };
    throw error;
  }
}

function refusedLine(ctx: AcceptContext, id: string | null, reason: Problem): Verdict {
  return { id, status: reason.status, incarnation: ctx.incarnation, recipients: [], problem: reason };
}
