import { createHash, randomFillSync } from "node:crypto";
import { type Platform, systemClock } from "../platform.ts";
import type { Transport } from "../transport.ts";
import { type NodeTransport, type NodeTransportOptions, nodeTransport } from "./transport.ts";

/** The platform of a program. */
export function nodePlatform(options: NodeTransportOptions = {}): Platform & { transport: NodeTransport } {
  return platformOver(nodeTransport(options));
}

/** As `nodePlatform`, over another transport. */
export function platformOver<Wires extends Transport>(transport: Wires): Platform & { transport: Wires } {
  return {
    transport,
    clock: systemClock,
    randomBytes: (length) => randomFillSync(new Uint8Array(length)),
    sha256: () => createHash("sha256"),
  };
}
