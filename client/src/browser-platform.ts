import { openSha256 } from "@posthorn/crypto";
import { fetchTransport } from "./fetch-transport.ts";
import { type Platform, systemClock, systemRandomBytes } from "./platform.ts";

/** The platform of a page and its workers. */
export function browserPlatform(): Platform {
  return {
    transport: fetchTransport(),
    clock: systemClock,
    randomBytes: systemRandomBytes,
    sha256: openSha256,
  };
}
