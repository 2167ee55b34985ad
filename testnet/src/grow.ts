/** What a server has after years, made quickly: full mailboxes, and peers that are long gone. */
import { type Address, type Discovery, limits } from "@posthorn/protocol";
import { deliverLocal, type Env, type Server, saveBackoff, saveDiscovery } from "@posthorn/server";
import { letterWriter } from "./letters.ts";

export interface Running {
  server: Server;
  env: Env;
}

const batchesAtOnce = 4;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Puts `each` letters into the inbox of every one of these accounts, by the room that takes a peer's mail. */
export async function fillMailboxes(
  { server }: Running,
  fill: { names: readonly string[]; each: number; sizeBytes: number; seed: number },
): Promise<void> {
  const { host, receive } = server;
  const write = letterWriter(fill.seed, fill.sizeBytes);
  const from: Address = { id: "writer", host };
  const left = recipientsInTurn(fill.names, fill.each);
  const deliverBatches = async () => {
    for (let batch = take(left, limits.batchLines); batch.length > 0; batch = take(left, limits.batchLines)) {
      const messages = batch.map((name, deliveryId) => {
        const bytes = write(from, [{ id: name, host }]);
        return { messageId: idOf(bytes), accountId: 0, bytes, recipients: [{ deliveryId, id: name }] };
      });
      const { results } = await deliverLocal(receive, messages);
      const stored = [...results.values()];
      if (stored.length < batch.length || stored.some(({ state }) => state !== "delivered"))
        throw new Error("a mailbox could not be filled");
    }
  };
  await Promise.all(Array.from({ length: batchesAtOnce }, deliverBatches));
}

function* recipientsInTurn(names: readonly string[], each: number): Generator<string, void> {
  for (let round = 0; round < each; round++) yield* names;
}

function take(from: Iterator<string, void>, count: number): string[] {
  const taken: string[] = [];
  while (taken.length < count) {
    const next = from.next();
    if (next.done === true) break;
    taken.push(next.value);
  }
  return taken;
}

function idOf(letter: Uint8Array): string {
  const message: { id: string } = JSON.parse(new TextDecoder().decode(letter));
  return message.id;
}

/** Makes these hosts peers that the server has known, and that have not answered for a day. */
export async function knowDeadPeers({ server, env }: Running, hosts: readonly string[]): Promise<void> {
  const now = env.clock.now();
  await server.store.write(async (tx) => {
    for (const host of hosts) {
      const document = discoveryOf(host);
      await saveDiscovery(tx, {
        host,
        discovery: JSON.stringify(document),
        fetchedAt: now - dayMs,
        rootKey: document.rootKey,
        rootChangedAt: undefined,
      });
      await saveBackoff(tx, {
        host,
        failureCount: 20,
        notBefore: now + Math.round(hourMs * env.random.fraction()),
        since: now - dayMs,
        problem: `${host} did not answer.`,
      });
    }
  });
}

/** The shape of a host's document; nobody ever checks a signature against these keys. */
function discoveryOf(host: string): Discovery {
  const key = {
    id: "2026-11",
    algorithm: "ed25519",
    publicKey: "A".repeat(43),
    validFrom: "2026-01-01T00:00:00Z",
    validUntil: "2099-01-01T00:00:00Z",
    rootSignature: "A".repeat(86),
  } as const;
  return {
    version: 1,
    host,
    endpoint: `https://${host}`,
    rootKey: "A".repeat(43),
    keys: [key],
    oldKeys: [],
    limits: {},
    types: ["email"],
  };
}
