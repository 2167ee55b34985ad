/** Opens letters in a browser's dedicated worker, where a client opens them, and says how long it took. */
import {
  generateKemKey,
  importVerifyKey,
  type KemKey,
  openMessage,
  type SealedMessage,
  type VerifyKey,
} from "@posthorn/crypto";

export interface OpeningWork {
  /** Of the reader's key. */
  seed: Uint8Array;
  address: string;
  senderKey: Uint8Array;
  letters: readonly SealedMessage[];
  passes: number;
}

/** For all letters together. */
export interface OpeningTimes {
  /** One after the other, the first that this worker does; with the making of its keys. */
  coldMs: number;
  /** One after the other. */
  inTurnMs: number[];
  /** All begun before the first is done. */
  atOnceMs: number[];
}

export type OpeningAnswer = OpeningTimes | { error: string };

interface Reader {
  address: string;
  key: KemKey;
}

declare function postMessage(message: OpeningAnswer): void;
declare function addEventListener(
  type: "message",
  listener: (event: { data: OpeningWork }) => Promise<void>,
): void;

addEventListener("message", async ({ data }) => {
  try {
    postMessage(await timesOf(data));
  } catch (error) {
    postMessage({ error: String(error) });
  }
});

async function timesOf({ seed, address, senderKey, letters, passes }: OpeningWork): Promise<OpeningTimes> {
  const startedAtMs = performance.now();
  const own = { address, key: await generateKemKey(seed) };
  const sender = await importVerifyKey(senderKey);
  const inTurn = async () => {
    for (const letter of letters) await open(own, sender, letter);
  };
  const atOnce = async () => {
    await Promise.all(letters.map((letter) => open(own, sender, letter)));
  };
  await inTurn();
  const times: OpeningTimes = { coldMs: performance.now() - startedAtMs, inTurnMs: [], atOnceMs: [] };
  for (let pass = 0; pass < passes; pass++) {
    times.inTurnMs.push(await msOf(inTurn));
    times.atOnceMs.push(await msOf(atOnce));
  }
  return times;
}

async function open(own: Reader, sender: VerifyKey, letter: SealedMessage): Promise<void> {
  if ((await openMessage(own, sender, letter)) === undefined) throw new Error("A letter did not open.");
}

async function msOf(run: () => Promise<void>): Promise<number> {
  const startedAtMs = performance.now();
  await run();
  return performance.now() - startedAtMs;
}
