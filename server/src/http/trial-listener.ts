import { type BareSocket, bareSocket } from "../env/bare-socket.ts";
import { HandClock } from "../env/hand-clock.ts";
import { edge } from "./edge.ts";
import type { HttpHandler, HttpResponse } from "./http.ts";
import type { ListenLimits } from "./limits.ts";
import { type Listener, listen } from "./listen.ts";

/** A listener on real sockets for tests, with a clock that only moves when told. */
export interface TrialListener {
  clock: HandClock;
  listener: Listener;
  /** Events of the log. */
  logged: string[];
  dial(): Promise<BareSocket>;
  end(): Promise<void>;
}

export async function openTrial(
  handler: HttpHandler,
  limits: Partial<ListenLimits> = {},
): Promise<TrialListener> {
  const clock = new HandClock();
  const logged: string[] = [];
  const sockets: BareSocket[] = [];
  const log = (_: string, event: string) => logged.push(event);
  const random = { bytes: (length: number) => new Uint8Array(length) };
  const ctx = { clock, files: { read: async () => undefined }, log };
  const wrapped = edge(handler, { log, random, hsts: true });
  const listener = await listen({ port: 0, transport: { kind: "proxied" }, limits }, ctx, wrapped);
  return {
    clock,
    listener,
    logged,
    async dial() {
      const socket = await bareSocket(listener.port);
      sockets.push(socket);
      return socket;
    },
    async end() {
      for (const socket of sockets) socket.destroy();
      await listener.close(0);
    },
  };
}

/** Waits, without the passing of time, until something holds. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

export function textAnswer(body: string, status = 200): HttpResponse {
  return { status, headers: { "content-type": "text/plain" }, body: new TextEncoder().encode(body) };
}

export const getRequest = "GET /a HTTP/1.1\r\nhost: a.test\r\n\r\n";

/** The head of a request whose body is to follow. */
export function postHead(length: number, more = ""): string {
  return `POST /a HTTP/1.1\r\nhost: a.test\r\ncontent-length: ${length}\r\n${more}\r\n`;
}
