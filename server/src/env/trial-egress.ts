/** For tests: egress to servers on this machine that a test plays, with names and a time of its own. */
import { mkdtemp } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer as createTlsServer, type TLSSocket } from "node:tls";
import { afterEach, beforeEach } from "vitest";
import { openEgress } from "./egress.ts";
import type { Egress, EgressResult, OutboundRequest } from "./env.ts";
import { openFiles } from "./files.ts";
import { HandClock } from "./hand-clock.ts";
import { type LocalCa, openLocalCa } from "./local-ca.ts";
import { openRandom } from "./random.ts";

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** What a test has, from its beginning to its end. */
export interface TrialEgress {
  readonly ca: LocalCa;
  clock: HandClock;
  egress: Egress;
  effects: string[];
  lookups: string[];
  /** What names lead to. */
  addresses(host: string): readonly string[];
  open(isLocal: boolean, caPem?: string): Egress;
  whenOver(close: () => void): void;
  serve(answer: Answer, certificate?: { certPem: string; keyPem: string }): Promise<number>;
  /** A server that speaks TLS and then whatever the test writes. */
  serveRaw(onSocket: (socket: TLSSocket) => void): Promise<number>;
  get(port: number, more?: Partial<OutboundRequest>): Promise<EgressResult>;
}

/** Begins anew with each test of the file that calls it. */
export async function openTrialEgress(): Promise<TrialEgress> {
  const ca = await makeCa(new HandClock(Date.now()));
  const leaf = await ca.issue(["a.localhost"]);
  const closers: (() => void)[] = [];
  const whenOver = (close: () => void) => void closers.push(close);
  const open = (isLocal: boolean, caPem = ca.caPem) => {
    const opened = openEgress({
      clock: trial.clock,
      resolver: {
        async resolve(host) {
          trial.lookups.push(host);
          return trial.addresses(host);
        },
      },
      effect: (name, when) => trial.effects.push(`${name} ${when}`),
      ...(isLocal && { local: { ca: caPem, allowLoopback: true, allowPorts: true } }),
    });
    whenOver(() => void opened.close());
    return opened;
  };
  const clock = new HandClock();
  const closed = openEgress({ clock, resolver: { resolve: async () => [] }, effect: () => undefined });
  const trial: TrialEgress = {
    ca,
    clock,
    egress: closed,
    effects: [],
    lookups: [],
    addresses: () => [],
    open,
    whenOver,
    serve(answer, certificate = leaf) {
      const server = createServer({ cert: certificate.certPem, key: certificate.keyPem }, answer);
      whenOver(() => {
        server.close();
        server.closeAllConnections();
      });
      return listen(server);
    },
    serveRaw(onSocket) {
      const sockets = new Set<TLSSocket>();
      const server = createTlsServer({ cert: leaf.certPem, key: leaf.keyPem }, (socket) => {
        sockets.add(socket);
        socket.on("error", () => undefined);
        onSocket(socket);
      });
      whenOver(() => {
        server.close();
        for (const socket of sockets) socket.destroy();
      });
      return listen(server);
    },
    get: (port, more = {}) =>
      trial.egress.request({
        method: "GET",
        url: new URL(`https://a.localhost:${port}/x`),
        headers: {},
        timeoutMs: 60_000,
        maxAnswerBytes: 1_000,
        ...more,
      }),
  };
  beforeEach(() => {
    trial.clock = new HandClock();
    trial.effects = [];
    trial.lookups = [];
    trial.addresses = () => ["127.0.0.1"];
    trial.egress = open(true);
  });
  afterEach(async () => {
    await trial.egress.close();
    for (const close of closers.splice(0)) close();
  });
  return trial;
}

export async function makeCa(clock: HandClock): Promise<LocalCa> {
  const folder = await mkdtemp(join(tmpdir(), "posthorn-egress-"));
  const random = openRandom();
  return openLocalCa(openFiles({ effect: () => undefined, random, clock }), folder, random, clock);
}

export async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return address.port;
}

export function failureOf(result: EgressResult): string {
  return result.ok ? "none" : result.failure;
}

export function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
