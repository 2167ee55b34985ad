import { getServers } from "node:dns";
import { networkInterfaces } from "node:os";
import type { Names, Resolver } from "./env.ts";

/** Names as the machine's resolver knows them, and the addresses by which others could call the machine. */
export function openNames(resolver: Resolver): Names {
  return {
    look: (name) => resolver.resolve(name),
    resolvers: () => getServers(),
    ownAddresses: () =>
      Object.values(networkInterfaces())
        .flatMap((addresses) => addresses ?? [])
        .filter(({ internal, address }) => !internal && isForAll(address))
        .map(({ address }) => address),
  };
}

/** An address of the internet at large: not of a house's own network (RFC 1918, RFC 6598, RFC 4193), nor of one link (RFC 3927, RFC 4291 §2.5.6). */
function isForAll(address: string): boolean {
  if (address.includes(":")) return /^[23]/.test(address);
  return !/^(?:10|127|169\.254|192\.168|172\.(?:1[6-9]|2\d|3[01])|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\./.test(
    address,
  );
}
