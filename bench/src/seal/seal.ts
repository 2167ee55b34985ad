/** What sealing costs: beside the primitives it is made of, and beside OpenPGP.js at the same work. */
import type { RunContext } from "../delivery.ts";
import type { Plan } from "../plan.ts";
import { measureFile, type SealedFile } from "./file.ts";
import { type Messages, measureMessages } from "./messages.ts";

export interface Seal {
  payloadBytes: number;
  rounds: number;
  messages: Messages[];
  file: SealedFile;
}

export async function measureSeal({ say }: Pick<RunContext, "say">, plan: Plan): Promise<Seal> {
  const { messages, file } = plan.seal;
  say(`Sealing and opening messages to ${messages.recipients.join(", ")} recipients`);
  const seen = await measureMessages(plan);
  say(`Sealing and opening a file of ${file.bytes / 1e6} MB`);
  return {
    payloadBytes: plan.letterBytes,
    rounds: messages.rounds,
    messages: seen,
    file: await measureFile(plan),
  };
}
