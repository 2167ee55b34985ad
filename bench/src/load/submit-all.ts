import { type Answer, Connection, type Target } from "./connection.ts";

/** So many connections, each of which has done its handshake. */
export async function openConnections(target: Target, count: number): Promise<Connection[]> {
  return Promise.all(Array.from({ length: count }, () => Connection.open(target)));
}

/** Sends each request once, as soon as a connection is free for it. Throws when one is not taken. */
export async function submitAll(
  connections: readonly Connection[],
  requests: readonly Uint8Array[],
): Promise<void> {
  const left = requests.values();
  await Promise.all(
    connections.map(async (connection) => {
      for (const request of left) refuseRefusal(await connection.exchange(request));
    }),
  );
}

/** A line of a batch may be refused in an answer that is itself a success. */
function refuseRefusal({ status, body }: Answer): void {
  if (status === 202 && !body.includes('"problem"')) return;
  throw new Error(`a submission was answered ${status}: ${body.toString("utf8", 0, 1_000)}`);
}
