/** The way to a server on this machine that needs neither its public name nor a certificate that anybody has vouched for. */
import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent, type RequestOptions } from "node:https";
import { connect as connectPlainly } from "node:net";
import type { Duplex } from "node:stream";
import { connect } from "node:tls";

/** Where a server listens on this machine. */
export interface LocalListener {
  address: string;
  port: number;
  /** SHA-256 of the certificate that it shows, in hex; undefined where it speaks HTTP, to a proxy before it. */
  certificate?: string | undefined;
}

type Connected = (error: Error | null, stream: Duplex) => void;

/** Every connection goes to the listener and counts only when that shows its very certificate, before a byte is sent. */
export class PinnedAgent extends HttpsAgent {
  readonly #listener: LocalListener;

  constructor(listener: LocalListener) {
    super({ keepAlive: true });
    this.#listener = listener;
  }

  override createConnection({ host }: RequestOptions, connected?: Connected): undefined {
    const { address, port, certificate } = this.#listener;
    const socket = connect({
      host: address,
      port,
      // The certificate itself is known, so neither its dates nor its names nor who has signed it matter.
      rejectUnauthorized: false,
      ...(typeof host === "string" ? { servername: host } : {}),
    });
    const fail = (error: Error) => connected?.(error, socket);
    socket.once("error", fail);
    socket.once("secureConnect", () => {
      socket.off("error", fail);
      const shown = socket.getPeerX509Certificate()?.fingerprint256.replaceAll(":", "").toLowerCase();
      if (shown === certificate) connected?.(null, socket);
      else socket.destroy(new OtherCertificate()).once("error", fail);
    });
  }
}

/** Something else listens there, or the server has just changed its certificate. */
class OtherCertificate extends Error {
  readonly code = "CERT_PINNED";
}

/** The same without TLS: for a server behind a proxy, which listens on this machine only. */
export class PlainAgent extends HttpAgent {
  readonly #listener: LocalListener;

  constructor(listener: LocalListener) {
    super({ keepAlive: true });
    this.#listener = listener;
  }

  override createConnection(): Duplex {
    const { address, port } = this.#listener;
    return connectPlainly(port, address);
  }
}
