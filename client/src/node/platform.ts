import { createHash, randomFillSync } from "node:crypto";
import { type Platform, systemClock } from "../platform.ts";
import { type NodeTransport, type NodeTransportOptions, nodeTransport } from "./transport.ts";

/** The platform of a program. */
export function nodePlatform(options: NodeTransportOptions = {}): Platform & { transport: NodeTransport } {
  return {
    transport: nodeTransport(options),
    clock: systemClock,
    randomBytes: (length) => randomFillSync(new Uint8Array(length)),
    sha256: () => createHash("sha256"),
  };
}
