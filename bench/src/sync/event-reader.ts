import { once } from "node:events";
import { connect, type TLSSocket } from "node:tls";
import { machineMs, type TokenAccount } from "@posthorn/testnet";
import type { Target } from "../load/connection.ts";

const begun = "HTTP/1.1 200 ";

/** One event stream over a connection of its own, which looks at nothing but when the next event comes. */
export class EventReader {
  readonly #socket: TLSSocket;
  #heard: ((atMs: number) => void) | undefined;

  private constructor(socket: TLSSocket) {
    this.#socket = socket;
    socket.on("data", (chunk) => {
      if (!chunk.includes("StateChange")) return;
      this.#heard?.(machineMs());
      this.#heard = undefined;
    });
    // What breaks is missed where somebody waits for an event.
    socket.on("error", () => undefined);
  }

  static async open(target: Target, { token }: TokenAccount): Promise<EventReader> {
    const socket = connect({
      host: "127.0.0.1",
      port: target.port,
      servername: target.host.replace(/:\d+$/, ""),
      ca: target.ca,
      minVersion: "TLSv1.3",
      ALPNProtocols: ["http/1.1"],
    });
    await once(socket, "secureConnect");
    const query = "types=*&closeafter=no&ping=0";
    socket.write(
      `GET /jmap/events?${query} HTTP/1.1\r\nhost: ${target.host}\r\nauthorization: Bearer ${token}\r\naccept: text/event-stream\r\n\r\n`,
    );
    const [answer]: unknown[] = await once(socket, "data");
    if (!String(answer).startsWith(begun))
      throw new Error(`no event stream: ${String(answer).slice(0, 500)}`);
    return new EventReader(socket);
  }

  /** When the next event has come, on the clock of `machineMs`. */
  next(): Promise<number> {
    return new Promise((resolve) => {
      this.#heard = resolve;
    });
  }

  close(): void {
    this.#socket.destroy();
  }
}
