import { stat } from "node:fs/promises";
import { join } from "node:path";
import { runAesGcm } from "./aes-gcm.ts";
import { cobblestoneFile, runCobblestone } from "./cobblestone.ts";
import { runEd25519 } from "./ed25519.ts";
import { runHkdf } from "./hkdf.ts";
import { runHmac } from "./hmac.ts";
import { hpkeFolder, runHpke } from "./hpke.ts";
import { runJson } from "./json.ts";
import { runMlKem } from "./ml-kem.ts";
import { runNaughtyStrings } from "./naughty-strings.ts";
import { runRfc9421 } from "./rfc9421.ts";
import type { SetResult } from "./set.ts";
import { runStructuredFields } from "./structured-fields.ts";
import { runXWing } from "./x-wing.ts";
import { runX25519 } from "./x25519.ts";

const shownFailures = 5;

interface PublishedSet {
  name: string;
  run(folder: string): Promise<SetResult>;
  /** What a folder may lack: without this file or folder the set is passed over, and a line says so. */
  optional?: string;
}

const sets: readonly PublishedSet[] = [
  { name: "wycheproof Ed25519", run: runEd25519 },
  { name: "wycheproof X25519", run: runX25519 },
  { name: "wycheproof AES-256-GCM", run: runAesGcm },
  { name: "wycheproof HKDF-SHA256", run: runHkdf },
  { name: "wycheproof HMAC-SHA256", run: runHmac },
  { name: "wycheproof ML-KEM-768", run: runMlKem },
  { name: "X-Wing", run: runXWing },
  { name: "HPKE", run: runHpke, optional: hpkeFolder },
  { name: "wycheproof Cobblestone-256", run: runCobblestone, optional: cobblestoneFile },
  { name: "RFC 9421 appendix B", run: runRfc9421 },
  { name: "structured fields", run: runStructuredFields },
  { name: "JSON", run: runJson },
  { name: "naughty strings", run: runNaughtyStrings },
];

/** Published sets for which there is no code of ours yet. */
const notUsedYet: readonly [name: string, what: string][] = [
  ["OPAQUE", "sign-in is a library's, which lets no one choose its random bytes"],
];

/**
 * Runs the published sets in `folder` through our code and hands every line to `print`. True when no case failed and no
 * set was missing.
 */
export async function runVectors(folder: string, print: (line: string) => void): Promise<boolean> {
  if (!(await isFolder(folder))) {
    print(`There is no folder ${folder}. Give the one that holds the published sets: npm run vectors -- DIR`);
    return false;
  }
  let ok = true;
  for (const { name, run, optional } of sets) {
    if (optional !== undefined && !(await exists(join(folder, optional)))) {
      print(`${name.padEnd(28)} not in this folder`);
      continue;
    }
    const result = await run(folder).catch((error: unknown) => unreadable(name, error));
    ok &&= result.failures.length === 0;
    for (const line of showResult(result)) print(line);
  }
  for (const [name, what] of notUsedYet) print(`${name.padEnd(28)} not used yet (${what})`);
  return ok;
}

function unreadable(name: string, error: unknown): SetResult {
  const reason = error instanceof Error ? error.message : String(error);
  return { name, cases: 0, failures: [`the set could not be read: ${reason}`], notes: [] };
}

function showResult({ name, cases, failures, notes }: SetResult): string[] {
  const passed = Math.max(cases - failures.length, 0);
  const line = `${name.padEnd(28)} ${cases} cases, ${passed} passed, ${failures.length} failed`;
  const rest = failures.length - shownFailures;
  return [
    line,
    ...failures.slice(0, shownFailures).map((failure) => `  ✗ ${failure}`),
    ...(rest > 0 ? [`  and ${rest} more`] : []),
    ...notes.map((note) => `  · ${note}`),
  ];
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() ?? false;
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
