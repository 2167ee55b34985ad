import { connect, createServer, type Socket } from "node:net";

/** What stands between a server and whoever calls it: it passes bytes on and counts them. */
export interface CountingRelay {
  /** Where it listens, on loopback. */
  port: number;
  /** Bytes passed towards the server so far, TLS and heads included. */
  readonly inwardBytes: number;
  /** Resolves when so many bytes have been passed towards the server. */
  reached(bytes: number): Promise<void>;
  close(): Promise<void>;
}

/** Opens a relay on `port` to another port of this machine, where nobody need listen yet. */
export async function openCountingRelay(port: number, toPort: number): Promise<CountingRelay> {
  const sockets = new Set<Socket>();
  const marks: { bytes: number; pass: () => void }[] = [];
  let inwardBytes = 0;
  const count = (bytes: number): void => {
    inwardBytes += bytes;
    for (const mark of marks) if (inwardBytes >= mark.bytes) mark.pass();
  };
  const server = createServer((caller) => {
    const called = connect(toPort, "127.0.0.1");
    for (const socket of [caller, called]) {
      sockets.add(socket);
      socket.once("close", () => sockets.delete(socket));
    }
    join(caller, called, count);
    join(called, caller, () => undefined);
  });
  await new Promise<void>((listening) => server.listen(port, "127.0.0.1", listening));
  return {
    port,
    get inwardBytes() {
      return inwardBytes;
    },
    reached: (bytes) => new Promise((pass) => marks.push({ bytes, pass })),
    async close() {
      const closed = new Promise((done) => server.close(done));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Passes on what comes, no faster than it is taken; when one side breaks off, so does the other. */
function join(from: Socket, to: Socket, count: (bytes: number) => void): void {
  from.on("data", (piece) => {
    count(piece.length);
    if (!to.write(piece)) from.pause();
  });
  to.on("drain", () => from.resume());
  from.on("end", () => to.end());
  from.on("error", () => to.destroy());
  from.on("close", () => to.destroySoon());
}
