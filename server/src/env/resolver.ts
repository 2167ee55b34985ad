import { promises as dns } from "node:dns";
import type { Resolver } from "./env.ts";

export interface ResolverOptions {
  /** Local trials: `*.localhost` is this machine (RFC 6761 §6.3) without asking anybody. */
  localhost?: boolean;
  /** `address:port` of the name servers to ask instead of the system's. */
  servers?: readonly string[];
}

const tryTimeoutMs = 3_000;
const tries = 2;

/**
 * Asks the name servers for both families and gives every address found. It does not use `getaddrinfo`, which blocks
 * one of the four threads that also sync files: a few dead name servers would stop the disk.
 *
 * Rejects when neither family has an address: to the caller always temporary (reliability I5).
 */
export function openResolver(options: ResolverOptions = {}): Resolver {
  const asker = new dns.Resolver({ timeout: tryTimeoutMs, tries });
  if (options.servers !== undefined) asker.setServers(options.servers);
  return {
    async resolve(host) {
      if (options.localhost === true && (host === "localhost" || host.endsWith(".localhost")))
        return ["127.0.0.1"];
      const [ipv4, ipv6] = await Promise.allSettled([asker.resolve4(host), asker.resolve6(host)]);
      const found = [ipv4, ipv6].flatMap((answer) => (answer.status === "fulfilled" ? answer.value : []));
      if (found.length === 0 && ipv4.status === "rejected") throw ipv4.reason;
      return found;
    },
  };
}
