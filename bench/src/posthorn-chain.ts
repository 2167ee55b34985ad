import { letterWriter, localPair, type ProcessPair, type TokenAccount } from "@posthorn/testnet";
import type { Chain } from "./chain.ts";
import { postRequest } from "./load/request.ts";
import { openConnections, submitAll } from "./load/submit-all.ts";

const seed = 1;
/** No account of the bench is ever told that it sends too much. */
const settings = { "send-rate": "1000000000", "send-burst": "1000000000" };

export interface PosthornOptions {
  folder: string;
  letterBytes: number;
  senders: number;
  recipients: number;
  /** Letters in each recipient's mailbox before anything is measured. */
  mailboxLetters?: number;
  /** Peers that both servers know and that are down, each with letters waiting for it. */
  deadPeers?: number;
  lettersPerDeadPeer?: number;
  /** Keeps a CPU profile of each server in this folder. */
  profileFolder?: string | undefined;
}

/** Two real servers in processes of their own on loopback, started anew on what has been put into them. */
export async function startPosthorn(options: PosthornOptions): Promise<Chain> {
  const { folder, profileFolder } = options;
  const pair = await localPair(folder, {
    settings,
    nodeFlags: (name) =>
      profileFolder === undefined
        ? []
        : ["--cpu-prof", `--cpu-prof-dir=${profileFolder}`, `--cpu-prof-name=${name}.cpuprofile`],
  });
  try {
    await start(pair);
    const senders = await addAccounts(pair, "alpha", options.senders);
    const recipients = await addAccounts(pair, "beta", options.recipients);
    const chain = await asChain(pair, senders, recipients, options);
    if (options.mailboxLetters !== undefined) {
      const names = recipients.map(({ name }) => name);
      await pair.beta.fill({ names, each: options.mailboxLetters, sizeBytes: options.letterBytes, seed });
    }
    if (options.deadPeers !== undefined) await addDeadPeers(pair, chain, senders, options);
    await pair.close();
    await start(pair);
    return chain;
  } catch (error) {
    await pair.close();
    throw error;
  }
}

/** One after the other: the first makes the authority that both use. */
async function start(pair: ProcessPair): Promise<void> {
  await pair.alpha.start();
  await pair.beta.start();
}

function addAccounts(pair: ProcessPair, server: "alpha" | "beta", count: number): Promise<TokenAccount[]> {
  return Promise.all(
    Array.from({ length: count }, (_, index) => pair[server].addAccount(`account-${index + 1}`)),
  );
}

async function asChain(
  pair: ProcessPair,
  senders: readonly TokenAccount[],
  recipients: readonly TokenAccount[],
  { letterBytes, mailboxLetters = 0 }: PosthornOptions,
): Promise<Chain> {
  const { hosts } = pair;
  const target = { host: hosts.alpha, port: portOf(hosts.alpha), ca: await pair.readCa() };
  const writeLetter = letterWriter(seed, letterBytes);
  let expected = mailboxLetters * recipients.length;
  let written = 0;
  return {
    target,
    write: (letters, perRequest) =>
      inRequests(letters, perRequest).map((count, index) => {
        const sender = at(senders, index);
        const from = { id: sender.name, host: hosts.alpha };
        const mine = Array.from({ length: count }, () =>
          writeLetter(from, [{ id: at(recipients, written++).name, host: hosts.beta }]),
        );
        return postRequest(submission(hosts.alpha, sender), mine);
      }),
    storedAfter(letters) {
      expected += letters;
      return pair.beta.whenStored(expected);
    },
    async usage() {
      const [sender, receiver] = await Promise.all([pair.alpha.usage(), pair.beta.usage()]);
      return { sender, receiver };
    },
    complaints: () => [...complaintsIn(pair.alpha.errors), ...complaintsIn(pair.beta.errors)].join("\n"),
    [Symbol.asyncDispose]: () => pair.close(),
  };
}

/** Letters for peers that are down are handed over like any other; they wait until long after the bench. */
async function addDeadPeers(
  pair: ProcessPair,
  chain: Chain,
  senders: readonly TokenAccount[],
  { deadPeers = 0, lettersPerDeadPeer = 1, letterBytes }: PosthornOptions,
): Promise<void> {
  const { alpha } = pair.hosts;
  // Nobody listens on the port of “discard”.
  const dead = Array.from({ length: deadPeers }, (_, index) => `dead-${index + 1}.localhost:9`);
  await Promise.all([pair.alpha.knowDeadPeers(dead), pair.beta.knowDeadPeers(dead)]);
  const writeLetter = letterWriter(seed, letterBytes);
  const requests = dead.flatMap((host, index) => {
    const sender = at(senders, index);
    const from = { id: sender.name, host: alpha };
    return Array.from({ length: lettersPerDeadPeer }, () =>
      postRequest(submission(alpha, sender), [writeLetter(from, [{ id: "somebody", host }])]),
    );
  });
  const connections = await openConnections(chain.target, 16);
  await submitAll(connections, requests);
  for (const connection of connections) connection.close();
}

/** The last lines of a log that are no plain news. */
function complaintsIn(log: string): string[] {
  return log
    .split("\n")
    .filter((line) => line !== "" && !line.includes('"level":"info"'))
    .slice(-20);
}

function submission(host: string, sender: TokenAccount) {
  return { host, path: "/email/send", headers: { authorization: `Bearer ${sender.token}` } };
}

/** How many letters go in each request. */
export function inRequests(letters: number, perRequest: number): number[] {
  return Array.from({ length: Math.ceil(letters / perRequest) }, (_, index) =>
    Math.min(perRequest, letters - index * perRequest),
  );
}

function at<T>(list: readonly T[], index: number): T {
  const found = list[index % list.length];
  if (found === undefined) throw new Error("nobody to write to");
  return found;
}

function portOf(host: string): number {
  return Number(host.slice(host.indexOf(":") + 1));
}
