import { once } from "node:events";
import { connect, type TLSSocket } from "node:tls";

/** Where requests go: a server of this machine, by the name in its certificate. */
export interface Target {
  host: string;
  port: number;
  ca: string;
}

export interface Answer {
  status: number;
  body: Buffer;
}

const headEnd = Buffer.from("\r\n\r\n");

/**
 * A connection over TLS 1.3 that carries one request after the other. It writes bytes made beforehand and reads no more
 * of an answer than it must, so that what the load costs is not taken for the servers' cost on the same machine.
 */
export class Connection {
  readonly #socket: TLSSocket;
  #received: Buffer = Buffer.alloc(0);
  #resolve: (answer: Answer) => void = () => undefined;
  #reject: (error: Error) => void = () => undefined;

  private constructor(socket: TLSSocket) {
    this.#socket = socket;
    socket.on("data", (chunk) => this.#receive(chunk));
    socket.on("error", (error) => this.#reject(error));
    socket.on("close", () => this.#reject(new Error("the server closed the connection")));
  }

  static async open({ host, port, ca }: Target): Promise<Connection> {
    const socket = connect({
      host: "127.0.0.1",
      port,
      servername: host.replace(/:\d+$/, ""),
      ca,
      minVersion: "TLSv1.3",
      ALPNProtocols: ["http/1.1"],
    });
    await once(socket, "secureConnect");
    socket.setNoDelay(true);
    return new Connection(socket);
  }

  /** Sends one whole request; rejects when the connection breaks before its answer is whole. */
  exchange(request: Uint8Array): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      if (this.#socket.destroyed) reject(new Error("the server has closed the connection"));
      else this.#socket.write(request);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const headBytes = this.#received.indexOf(headEnd);
    if (headBytes < 0) return;
    const head = this.#received.toString("latin1", 0, headBytes);
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? Number.NaN);
    if (Number.isNaN(length)) {
      this.#reject(new Error("an answer without Content-Length"));
      return;
    }
    const end = headBytes + headEnd.length + length;
    if (this.#received.length < end) return;
    const body = this.#received.subarray(headBytes + headEnd.length, end);
    this.#received = this.#received.subarray(end);
    this.#resolve({ status: Number(head.slice(9, 12)), body });
  }
}
