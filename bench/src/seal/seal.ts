/** What sealing costs: beside the primitives it is made of, and beside OpenPGP.js at the same work. */
import type { RunContext } from "../delivery.ts";
import type { Plan } from "../plan.ts";
import { type BrowserOpening, measureBrowserOpening } from "./browser-opening.ts";
import { measureFile, type SealedFile } from "./file.ts";
import { type Messages, measureMessages } from "./messages.ts";

export interface Seal {
  payloadBytes: number;
  rounds: number;
  messages: Messages[];
  file: SealedFile;
  browser: BrowserOpening;
}

export async function measureSeal({ say }: Pick<RunContext, "say">, plan: Plan): Promise<Seal> {
  const { messages, file } = plan.seal;
  // First, so that a machine without a browser says so before it has measured for a minute.
  say("Opening messages in a browser");
  const browserSeen = await measureBrowserOpening(plan);
  say(`Sealing and opening messages to ${messages.recipients.join(", ")} recipients`);
  const messagesSeen = await measureMessages(plan);
  say(`Sealing and opening a file of ${file.bytes / 1e6} MB`);
  return {
    payloadBytes: plan.letterBytes,
    rounds: messages.rounds,
    messages: messagesSeen,
    file: await measureFile(plan),
    browser: browserSeen,
  };
}
