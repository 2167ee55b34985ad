/** For tests: a queue on a real store, hosts on a wire without sockets, and a clock that only moves when told. */
import { conversationOf, readMessage } from "@posthorn/protocol";
import {
  type Letter,
  type LetterOptions,
  letter,
  openTrialWire,
  type TrialWire,
} from "../deliver/trial-peer.ts";
import type { Random } from "../env/env.ts";
import { HandClock } from "../env/hand-clock.ts";
import { openRandom } from "../env/random.ts";
import { addMessage } from "../objects/add-message.ts";
import { createAccount } from "../objects/create-account.ts";
import { roles } from "../objects/roles.ts";
import { receiveContext } from "../receive/trial-receive.ts";
import { type Delivery, insertDelivery, listDeliveries } from "../store/delivery-store.ts";
import { findMessageBytes, findObject, listMailbox } from "../store/object-store.ts";
import type { Row, Sql, Store, Tx } from "../store/sql.ts";
import { expiryMs } from "./backoff.ts";
import { QueueWorker } from "./worker.ts";

export interface TrialQueue {
  store: Store;
  clock: HandClock;
  wire: TrialWire;
  alice: number;
  worker: QueueWorker;
  /** Events of the log. */
  logged: string[];
  /** Writes a letter into the queue; it can be sent from `at` on, which is now when not said. */
  send(letter: Letter, options?: { at?: number }): Promise<number>;
  /** Its deliveries, by the object that `send` gave. */
  deliveries(objectId: number): Promise<Delivery[]>;
  state(objectId: number): Promise<string | undefined>;
  /** Reports in alice's mailbox, oldest first. */
  reports(): Promise<Report[]>;
  /** Resolves when the worker has nothing to do before time moves on. */
  settle(): Promise<void>;
  /** Moves time, and lets the worker act. */
  advance(ms: number): Promise<void>;
}

interface Report {
  subject: string;
  inReplyTo: unknown;
  recipient: unknown;
  status: unknown;
  problem: unknown;
  body: string;
}

/** Half of what chance could be, always. */
export const middling: Random = { bytes: (length) => openRandom().bytes(length), fraction: () => 0.5 };

export async function openTrialQueue(
  store: Store,
  options: { clock?: HandClock; random?: Random; alice?: number; wire?: TrialWire } = {},
): Promise<TrialQueue> {
  const { clock = new HandClock(), random = middling } = options;
  const wire = options.wire ?? (await openTrialWire(clock));
  const alice =
    options.alice ??
    (await store.write((tx) =>
      createAccount({ random, quotaBytes: 100_000_000 }, tx, { name: "alice", createdAt: 0 }),
    ));
  const logged: string[] = [];
  const log = (_: string, event: string) => logged.push(event);
  const host = "a.test";
  const local = receiveContext(store, { clock, log });
  const worker = new QueueWorker({
    store,
    clock,
    random,
    log,
    host,
    deliver: { remote: wire.remote, local },
    limits: { messages: 100, bytes: 3_500_000 },
  });
  const settle = () => settled(worker);
  return {
    store,
    clock,
    wire,
    alice,
    worker,
    logged,
    settle,
    send: (letter, { at } = {}) =>
      store.write((tx) => enqueue(tx, alice, letter, clock.now(), at ?? clock.now())),
    deliveries: (objectId) => deliveriesOf(store, alice, objectId),
    async state(objectId) {
      const [first] = await deliveriesOf(store, alice, objectId);
      return first?.state;
    },
    reports: () => reportsOf(store, alice),
    async advance(ms) {
      const until = clock.now() + ms;
      await settle();
      while (clock.now() < until) {
        const dueAt = (await worker.nextDueAt()) ?? until;
        await clock.advance(Math.min(Math.max(dueAt - clock.now(), 1), until - clock.now()));
        await settle();
      }
    },
  };
}

/** Hands a letter over as submitting does, and wakes its host. */
export async function submit(
  queue: TrialQueue,
  number: number,
  options: LetterOptions = {},
): Promise<number> {
  const sent = await queue.send(letter(number, options));
  queue.worker.wake([options.host ?? "b.test"]);
  return sent;
}

/** The same for one letter to each of many hosts, in few transactions. */
export async function submitToEach(queue: TrialQueue, to: readonly string[]): Promise<number[]> {
  const sent = await Promise.all(to.map((host, index) => queue.send(letter(index + 1, { host }))));
  queue.worker.wake(to);
  return sent;
}

/** Lets everything run until it is so; a database of its own process answers when it likes. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let turns = 0; turns < 200_000; turns++) {
    if (await isSo()) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error("it has not come about");
}

/** Stops it with no time of grace. */
export async function stop({ worker, clock }: TrialQueue): Promise<void> {
  const stopping = worker.stop(0);
  await clock.advance(0);
  await stopping;
}

/** As submitting does it: the copy in Sent, and one delivery for each recipient. */
export async function enqueue(
  tx: Tx,
  accountId: number,
  { message, bytes }: Letter,
  now: number,
  at: number,
): Promise<number> {
  const objectId = await addMessage(tx, {
    accountId,
    mailboxes: [roles.sent.id],
    message,
    bytes,
    receivedAt: now,
    keywords: ["$seen"],
    blobs: [],
  });
  if (objectId === undefined) throw new Error("no room in Sent");
  for (const { id, host } of message.to ?? []) {
    await insertDelivery(tx, {
      accountId,
      objectId,
      messageId: message.id,
      recipient: id,
      host,
      lane: `${conversationOf(message)}/${accountId}/${id}`,
      nextAttemptAt: at,
      createdAt: now,
      expiresAt: at + expiryMs,
    });
  }
  return objectId;
}

async function deliveriesOf(store: Store, accountId: number, objectId: number): Promise<Delivery[]> {
  const object = await findObject(store.read, accountId, objectId);
  return listDeliveries(store.read, accountId, object?.messageId ?? "");
}

async function reportsOf(store: Store, accountId: number): Promise<Report[]> {
  const inbox = await listMailbox(store.read, accountId, roles.inbox.id, Number.MAX_SAFE_INTEGER, 500);
  const reports: Report[] = [];
  for (const { id } of inbox.reverse()) {
    const bytes = await findMessageBytes(store.read, accountId, id);
    const message = readMessage(bytes ?? new Uint8Array());
    const of = (name: string): unknown => Reflect.get(message, name);
    const about = of("report");
    const part = (name: string): unknown =>
      typeof about === "object" && about !== null ? Reflect.get(about, name) : undefined;
    reports.push({
      subject: String(of("subject")),
      inReplyTo: message.inReplyTo,
      recipient: part("recipient"),
      status: part("status"),
      problem: part("problem"),
      body: String(of("body")),
    });
  }
  return reports;
}

/** Lets what is ready run until nothing is; a database of its own process takes a few turns of the loop longer. */
async function settled(worker: QueueWorker): Promise<void> {
  for (let quiet = 0; quiet < 5; quiet = worker.busy ? 0 : quiet + 1) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** A transaction that notes the statements it runs. */
export function counting(tx: Tx): Tx & { statements: Sql[] } {
  const statements: Sql[] = [];
  const noted = <T>(query: Sql, result: Promise<T>): Promise<T> => {
    statements.push(query);
    return result;
  };
  return {
    dialect: tx.dialect,
    epoch: tx.epoch,
    statements,
    all: (query): Promise<Row[]> => noted(query, tx.all(query)),
    get: (query) => noted(query, tx.get(query)),
    run: (statement) => noted(statement, tx.run(statement)),
    afterCommit: (then) => tx.afterCommit(then),
    noteChanged: (accountId, type) => tx.noteChanged(accountId, type),
  };
}
