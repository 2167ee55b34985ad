import { fetchTransport } from "./fetch-transport.ts";
import { type Platform, type Sha256, systemClock, systemRandomBytes } from "./platform.ts";

/**
 * The platform of a page. Browsers hash only what is whole in memory, so a SHA-256 that takes pieces must be brought;
 * `create` of the `sha256` of `@noble/hashes` is one.
 */
export function browserPlatform(options: { sha256: () => Sha256 }): Platform {
  return {
    transport: fetchTransport(),
    clock: systemClock,
    randomBytes: systemRandomBytes,
    sha256: options.sha256,
  };
}
