/** The page of the opening: it seals letters, and has a new worker of its own open them. */
import {
  generateKemKey,
  generateSigningKey,
  importKemPublicKey,
  keyIdOf,
  sealMessage,
} from "@posthorn/crypto";
import type { OpeningAnswer, OpeningTimes, OpeningWork } from "./opening-worker.ts";

export interface OpeningQuestion {
  letters: number;
  payloadBytes: number;
  /** How often the worker opens all of them, after the first time. */
  passes: number;
}

/** As much of a browser's as is used here. */
interface DedicatedWorker {
  postMessage(message: OpeningWork): void;
  terminate(): void;
  onmessage: ((event: { data: OpeningAnswer }) => void) | null;
  onerror: ((event: { message: string }) => void) | null;
}
declare const Worker: new (url: URL, options: { type: "module" }) => DedicatedWorker;

declare global {
  /** In that page. */
  var timeOpening: (question: OpeningQuestion) => Promise<OpeningTimes>;
}

const address = "account-1@beta.example";

globalThis.timeOpening = async ({ letters, payloadBytes, passes }) => {
  const seed = randomBytes(32);
  const { publicKey } = await generateKemKey(seed);
  const signer = await generateSigningKey(randomBytes(32));
  const reader = { address, keyId: await keyIdOf(publicKey), publicKey: await importKemPublicKey(publicKey) };
  const fromKeyId = await keyIdOf(signer.publicKey);
  const sealed = await Promise.all(
    Array.from({ length: letters }, () =>
      sealMessage({
        id: crypto.randomUUID(),
        from: "account-1@alpha.example",
        fromKeyId,
        created: "2026-11-24T10:30:00Z",
        recipients: [reader],
        payload: randomBytes(payloadBytes),
        signer,
      }),
    ),
  );
  return openThere({ seed, address, senderKey: signer.publicKey, letters: sealed, passes });
};

function openThere(work: OpeningWork): Promise<OpeningTimes> {
  const worker = new Worker(new URL("./opening-worker.ts", import.meta.url), { type: "module" });
  return new Promise((answered, failed) => {
    worker.onmessage = ({ data }) => {
      worker.terminate();
      if ("error" in data) failed(new Error(data.error));
      else answered(data);
    };
    worker.onerror = ({ message }) => failed(new Error(message));
    worker.postMessage(work);
  });
}

function randomBytes(length: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(length));
}
