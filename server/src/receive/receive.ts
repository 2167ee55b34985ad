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
import {
  type Arriving,
  accountsAt,
  findSealedAccounts,
  hasFilesToSeal,
  noCopies,
  type SealContext,
  type SealedAccounts,
  sealCopies,
} from "./sealed-copies.ts";
import type { Verified } from "./verify.ts";

/** Receipts are kept twice as long as a sender tries, so what is older than that could be seen twice: refused. */
const oldestMessageMs = 10 * 24 * 3_600_000;
/** How far in the future a message may be dated, for senders whose clocks are wrong. */
const newestMessageMs = 2 * 24 * 3_600_000;
/** What one transaction keeps, for all recipients together; of a message that has more, it keeps that alone. */
const mostKeptBytes = 16 * 1024 * 1024;

export interface ReceiveContext extends SealContext {
  store: Store;
  clock: Clock;
  log: Log;
  incarnation: string;
  /**
   * Does what is to be sealed with its files one after the other for each sending host: none takes all there is, and a
   * message that is sent again while its files are still being sealed waits for that.
   */
  inTurn<T>(host: string, seal: () => Promise<T>): Promise<T>;
}

type Line = { ok: true; incoming: Incoming & Arriving } | { ok: false; id: string | null; problem: Problem };

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
  const { clock, log, host } = ctx;
  const now = clock.now();
  const from = verified.host;
  const verdicts: Verdict[] = [];
  for (const lines of inGroups(raw.map((bytes) => readLine(bytes, from, host, now)))) {
    try {
      verdicts.push(...(await acceptGroup(ctx, from, lines)));
    } catch (error) {
      if (error instanceof ProblemError) throw error;
      log("error", "receive.batchFailed", { host: from, error: String(error) });
      verdicts.push(...(await acceptOneByOne(ctx, from, lines)));
    }
  }
  return verdicts;
}

/** Lines for one transaction each: until it is written, what is kept for each recipient may be a copy in memory. */
function inGroups(lines: readonly Line[]): Line[][] {
  const groups: Line[][] = [];
  let openBytes = Number.POSITIVE_INFINITY;
  for (const line of lines) {
    const bytes = line.ok ? line.incoming.bytes.length * line.incoming.names.length : 0;
    openBytes += bytes;
    if (openBytes > mostKeptBytes) {
      groups.push([]);
      openBytes = bytes;
    }
    groups.at(-1)?.push(line);
  }
  return groups;
}

/**
 * Judges the lines in order, in one transaction; those with files to seal in one each, so that each is settled once its
 * files are sealed, however long that takes for all. What an account has come to take sealed only meanwhile is sealed, and
 * it is judged anew.
 */
async function acceptGroup(
  ctx: ReceiveContext,
  from: string,
  lines: readonly Line[],
  isSecond = false,
): Promise<Verdict[]> {
  const accounts = await accountsOf(ctx, lines);
  const verdicts: Verdict[] = [];
  for (const run of runsOf(lines, accounts)) {
    try {
      verdicts.push(...(await acceptRun(ctx, from, run, accounts)));
    } catch (error) {
      if (error !== notSealed || isSecond) throw error;
      verdicts.push(...(await acceptGroup(ctx, from, run.lines, true)));
    }
  }
  return verdicts;
}

async function acceptRun(
  ctx: ReceiveContext,
  from: string,
  { lines, isSlow }: Run,
  accounts: SealedAccounts,
): Promise<Verdict[]> {
  if (!isSlow) return acceptTogether(ctx, from, lines, accounts);
  // While it waits, what is known of the accounts ages.
  return ctx.inTurn(from, async () => acceptTogether(ctx, from, lines, await accountsOf(ctx, lines)));
}

function accountsOf({ store, host, clock }: ReceiveContext, lines: readonly Line[]): Promise<SealedAccounts> {
  return findSealedAccounts(store.read, { host, now: clock.now() }, arrivingOf(lines));
}

function arrivingOf(lines: readonly Line[]): Arriving[] {
  return lines.flatMap((line) => (line.ok ? [line.incoming] : []));
}

interface Run {
  lines: Line[];
  /** It is one line, with files to seal. */
  isSlow: boolean;
}

function runsOf(lines: readonly Line[], accounts: SealedAccounts): Run[] {
  const runs: Run[] = [];
  for (const line of lines) {
    const isSlow = line.ok && hasFilesToSeal(accounts, line.incoming);
    const last = runs.at(-1);
    if (last === undefined || last.isSlow || isSlow) runs.push({ lines: [line], isSlow });
    else last.lines.push(line);
  }
  return runs;
}

async function acceptTogether(
  ctx: ReceiveContext,
  from: string,
  lines: readonly Line[],
  accounts: SealedAccounts,
): Promise<Verdict[]> {
  const sealed = await Promise.all(
    lines.map(async (line): Promise<Line> => {
      if (!line.ok) return line;
      const copies = await sealCopies(ctx, accounts, line.incoming);
      return { ok: true, incoming: { ...line.incoming, copies } };
    }),
  );
  const at: AcceptContext = { host: ctx.host, now: ctx.clock.now(), incarnation: ctx.incarnation };
  return ctx.store.write((tx) => acceptAll(at, tx, from, sealed));
}

async function acceptAll(
  ctx: AcceptContext,
  tx: Tx,
  from: string,
  lines: readonly Line[],
): Promise<Verdict[]> {
  await lockAccounts(tx, [...new Set(arrivingOf(lines).flatMap(({ names }) => names))]);
  const verdicts: Verdict[] = [];
  for (const line of lines) {
    verdicts.push(
      line.ok ? await accept(ctx, tx, from, line.incoming) : refusedLine(ctx, line.id, line.problem),
    );
  }
  return verdicts;
}

/** Each line in a transaction of its own, so that the one that cannot be stored is refused alone (threats D2). */
async function acceptOneByOne(ctx: ReceiveContext, from: string, lines: readonly Line[]): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const line of lines) {
    try {
      verdicts.push(...(await acceptGroup(ctx, from, [line])));
    } catch (error) {
      if (error instanceof ProblemError) throw error;
      ctx.log("error", "receive.lineFailed", { host: from, error: String(error) });
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
    const names = accountsAt(here, message);
    return { ok: true, incoming: { message, bytes, digest, names, copies: noCopies } };
  } catch (error) {
    if (error instanceof ProblemError) return { ok: false, id, problem: error.problem };
    throw error;
  }
}

function refusedLine(ctx: Pick<AcceptContext, "incarnation">, id: string | null, reason: Problem): Verdict {
  return { id, status: reason.status, incarnation: ctx.incarnation, recipients: [], problem: reason };
}
