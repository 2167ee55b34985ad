import { stat } from "node:fs/promises";
import { runEd25519 } from "./ed25519.ts";
import { runJson } from "./json.ts";
import { runNaughtyStrings } from "./naughty-strings.ts";
import { runRfc9421 } from "./rfc9421.ts";
import type { SetResult } from "./set.ts";
import { runStructuredFields } from "./structured-fields.ts";

const shownFailures = 5;

const sets: readonly { name: string; run(folder: string): Promise<SetResult> }[] = [
  { name: "wycheproof Ed25519", run: runEd25519 },
  { name: "RFC 9421 appendix B", run: runRfc9421 },
  { name: "structured fields", run: runStructuredFields },
  { name: "JSON", run: runJson },
  { name: "naughty strings", run: runNaughtyStrings },
];

/** Published sets for which there is no code of ours yet. */
const notUsedYet: readonly [name: string, what: string][] = [
  ["wycheproof X25519", "sealing"],
  ["wycheproof AES-GCM", "sealing"],
  ["wycheproof HKDF-SHA256", "sealing"],
  ["wycheproof HMAC-SHA256", "no code of ours takes an HMAC from outside"],
  ["wycheproof ML-KEM-768", "sealing"],
  ["X-Wing", "sealing"],
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
  for (const { name, run } of sets) {
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
