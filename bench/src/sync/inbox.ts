/** How long it takes to open an inbox and to hear what is new in it, by the number of messages that lie there. */
import type { TokenAccount } from "@posthorn/testnet";
import type { RunContext } from "../delivery.ts";
import type { Plan } from "../plan.ts";
import { percentile } from "../spread.ts";
import { type BareInbox, openBareInbox } from "./bare-inbox.ts";
import { JmapClient, type Prepared } from "./jmap-client.ts";
import type { SyncServer } from "./sync-server.ts";

export interface Inbox {
  messages: number;
  /** The fifty newest with what a list shows, in one request. */
  open: Times;
  /** The fifty newest threads, with how many there are. */
  openThreads: Times;
  /** What has changed after one new letter. */
  changes: Times;
  /** The same fifty by one statement, as JSON, in a process of its own without server. */
  bare: Times;
}

export interface Times {
  p50Ms: number;
  p99Ms: number;
}

interface Filled {
  account: TokenAccount;
  messages: number;
}

interface Measured extends Filled {
  client: JmapClient;
  open: Prepared;
  openThreads: Prepared;
  /** The state that the next question is about. */
  state: string;
  seen: Record<"open" | "openThreads" | "changes" | "bare", number[]>;
}

const listProperties =
  "id blobId threadId mailboxIds keywords size receivedAt from to subject sentAt hasAttachment preview".split(
    " ",
  );

/** Mailboxes of all sizes take turns, so that what the machine does otherwise falls on all of them. */
export async function measureInboxes(
  { say }: Pick<RunContext, "say">,
  server: SyncServer,
  plan: Plan["sync"],
): Promise<Inbox[]> {
  const filled: Filled[] = [];
  for (const messages of plan.mailboxes) {
    say(`Filling a mailbox with ${messages.toLocaleString("en-US")} messages`);
    filled.push(await fill(server, messages));
  }
  // A connection on which nothing is asked is closed after a while, so they are opened once all are filled.
  const all = await Promise.all(filled.map((one) => begin(server, one)));
  const bare = openBareInbox(server.database);
  try {
    say("Warming up");
    await measureRound(server, bare, all, { ...plan, requests: plan.warmUp });
    for (const one of all) one.seen = nothingSeen();
    for (let round = 1; round <= plan.rounds; round++) {
      say(`Opening inboxes, round ${round} of ${plan.rounds}`);
      await measureRound(server, bare, all, plan);
    }
  } finally {
    bare.close();
    for (const { client } of all) client.close();
  }
  return all.map(({ messages, seen }) => ({
    messages,
    open: timesOf(seen.open),
    openThreads: timesOf(seen.openThreads),
    changes: timesOf(seen.changes),
    bare: timesOf(seen.bare),
  }));
}

async function fill(server: SyncServer, messages: number): Promise<Filled> {
  const account = await server.addAccount(`reader-${messages}`);
  await server.fill(account.accountId, messages);
  return { account, messages };
}

async function begin(server: SyncServer, { account, messages }: Filled): Promise<Measured> {
  const client = await JmapClient.open(await server.target(), account);
  const { answers } = await client.ask(client.prepare([["Email/query", { limit: 0 }, "0"]]));
  return {
    account,
    client,
    messages,
    open: client.prepare(opening({})),
    openThreads: client.prepare(opening({ collapseThreads: true, calculateTotal: true })),
    state: textIn(answers, "queryState"),
    seen: nothingSeen(),
  };
}

function opening(more: object): (readonly [string, object, string])[] {
  const sort = [{ property: "receivedAt", isAscending: false }];
  const ids = { resultOf: "0", name: "Email/query", path: "/ids" };
  return [
    ["Email/query", { filter: { inMailbox: "f1" }, sort, limit: 50, ...more }, "0"],
    ["Email/get", { "#ids": ids, properties: listProperties }, "1"],
  ];
}

async function measureRound(
  server: SyncServer,
  bare: BareInbox,
  all: readonly Measured[],
  { requests }: Pick<Plan["sync"], "requests">,
): Promise<void> {
  for (let request = 0; request < requests; request++) {
    for (const { client, open, openThreads, seen, account } of all) {
      seen.open.push((await client.ask(open)).tookMs);
      seen.openThreads.push((await client.ask(openThreads)).tookMs);
      seen.bare.push(bare.open(account.accountId));
    }
  }
  for (let letter = 0; letter < requests / 4; letter++) {
    for (const one of all) {
      await server.deliver(one.account.name);
      const request = one.client.prepare([["Email/changes", { sinceState: one.state }, "0"]]);
      const { answers, tookMs } = await one.client.ask(request);
      if (!/"created":\["m\d+"\]/.test(answers)) throw new Error(`one letter is not one change: ${answers}`);
      one.state = textIn(answers, "newState");
      one.seen.changes.push(tookMs);
    }
  }
}

function nothingSeen(): Measured["seen"] {
  return { open: [], openThreads: [], changes: [], bare: [] };
}

function timesOf(times: readonly number[]): Times {
  return { p50Ms: percentile(times, 50), p99Ms: percentile(times, 99) };
}

function textIn(answers: string, name: string): string {
  const found = new RegExp(`"${name}":"([^"]*)"`).exec(answers)?.[1];
  if (found === undefined) throw new Error(`no ${name} in ${answers.slice(0, 200)}`);
  return found;
}
