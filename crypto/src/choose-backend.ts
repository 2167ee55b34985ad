import { fromBase64Url } from "./base64.ts";
import { equalBytes } from "./bytes.ts";
import type { XWingBackend } from "./x-wing-backend.ts";

/** The best first. They are loaded when they are tried, so that a browser that has its own loads no lattice. */
const candidates: readonly (() => Promise<XWingBackend>)[] = [
  async () => (await import("./x-wing-platform.ts")).platformBackend,
  async () => (await import("./x-wing-composed.ts")).composedBackend,
  async () => (await import("./x-wing-javascript.ts")).javascriptBackend,
];

const probeSeed = new Uint8Array(32).fill(7);
const probeEnc = new Uint8Array(1120).fill(9);
/** What the key of that seed makes of that `enc`, which was made for nobody: it depends on every step of X-Wing. */
const probeSecret = fromBase64Url("xlK31SpCyIZd4Wp_rapNm60i9r9j_KujclKghF82UkU");

let chosen: Promise<XWingBackend> | undefined;

/** The best backend this platform has. Chosen at the first call, the same for all further ones. */
export function chooseBackend(): Promise<XWingBackend> {
  chosen ??= findBest();
  return chosen;
}

async function findBest(): Promise<XWingBackend> {
  for (const load of candidates) {
    const backend = await load();
    if (await answersRight(backend)) return backend;
  }
  throw new Error("No implementation of X-Wing gives right answers here.");
}

/** For test vectors: every backend that works on this platform, the best first. */
export async function availableBackends(): Promise<XWingBackend[]> {
  const found: XWingBackend[] = [];
  for (const load of candidates) {
    const backend = await load();
    if (await answersRight(backend)) found.push(backend);
  }
  return found;
}

/**
 * A platform may have the name and not the method, or an earlier draft of it under the same name; so it is asked
 * questions, one whose answer is known and one that only needs both its halves to agree.
 */
async function answersRight(backend: XWingBackend): Promise<boolean> {
  try {
    const key = await backend.openKey(probeSeed);
    if (!equalBytes(await key.decapsulate(probeEnc), probeSecret)) return false;
    const { enc, sharedSecret } = await (await backend.openPublicKey(key.publicKey)).encapsulate();
    return equalBytes(await key.decapsulate(enc), sharedSecret);
  } catch {
    return false;
  }
}
