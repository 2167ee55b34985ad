import { connect, type Socket } from "node:net";

/** A connection of single bytes, for tests: what it is told goes out as it is, and what it hears is kept. */
export class BareSocket {
  /** Everything heard so far, a character a byte. */
  heard = "";
  /** Everything it ever hears, once the connection has ended in whatever way. */
  readonly closed: Promise<string>;
  /** True when the other side, or the network, broke the connection off instead of ending it. */
  wasReset = false;
  readonly #socket: Socket;
  #wake: () => void = () => undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding("latin1");
    socket.on("data", (text: string) => {
      this.heard += text;
      this.#wake();
    });
    socket.on("error", () => {
      this.wasReset = true;
    });
    this.closed = new Promise((resolve) => {
      socket.on("close", () => {
        this.#wake();
        resolve(this.heard);
      });
    });
  }

  say(bytes: string | Uint8Array): void {
    this.#socket.write(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes);
  }

  /** Waits until `text` has been heard `times` times; everything heard by then. Throws when the connection ends before. */
  async hear(text: string, times = 1): Promise<string> {
    while (this.heard.split(text).length <= times) {
      if (this.#socket.destroyed) throw new Error(`ended before “${text}” was heard: ${this.heard}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.heard;
  }

  /** Says that nothing more will be said; still hears. */
  end(): void {
    this.#socket.end();
  }

  /** Takes nothing more off the wire until `resume`. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  destroy(): void {
    this.#socket.destroy();
  }
}

/** Connects on this machine; `from` is the address to come from, such as 127.0.0.2. */
export function bareSocket(port: number, from?: string): Promise<BareSocket> {
  return new Promise((resolve, reject) => {
    const place = { port, host: "127.0.0.1", ...(from !== undefined && { localAddress: from }) };
    const socket = connect(place, () => {
      socket.off("error", reject);
      resolve(new BareSocket(socket));
    });
    socket.once("error", reject);
  });
}
