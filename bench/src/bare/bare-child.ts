/** One half of the bare chain as a process of its own, told what to do by its parent. */
import { machineMs, obey, ownUsage } from "@posthorn/testnet";
import { type ReceiverOptions, startReceiver } from "./receiver.ts";
import { type SenderOptions, startSender } from "./sender.ts";

export type Command =
  | { kind: "send"; options: SenderOptions }
  | { kind: "receive"; options: ReceiverOptions }
  | { kind: "whenStored"; messages: number }
  | { kind: "usage" }
  | { kind: "stop" };

let total = 0;
let committedMs = 0;
let wanted: { messages: number; resolve(atMs: number): void } | undefined;

function committed(now: number): void {
  total = now;
  committedMs = machineMs();
  answerWaiting();
}

function answerWaiting(): void {
  if (wanted === undefined || total < wanted.messages) return;
  wanted.resolve(committedMs);
  wanted = undefined;
}

async function carryOut(command: Command): Promise<unknown> {
  switch (command.kind) {
    case "send":
      return startSender(command.options);
    case "receive":
      return startReceiver(command.options, committed);
    case "whenStored":
      return new Promise<number>((resolve) => {
        wanted = { messages: command.messages, resolve };
        answerWaiting();
      });
    case "usage":
      return ownUsage();
    case "stop":
      process.disconnect();
      return undefined;
  }
}

obey(carryOut);
