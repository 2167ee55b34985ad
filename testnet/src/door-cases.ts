/** Messages handed in at a door, held against what should be said of them: alone, and as lines among good ones. */
import { limits } from "@posthorn/protocol";
import { type Store, sql } from "@posthorn/server";
import type { Door, Told } from "./doors.ts";

export interface DoorCase {
  name: string;
  bytes: Uint8Array;
  /** Undefined when it is taken. */
  refusal: Omit<Told, "status"> | undefined;
}

const statusOf: Readonly<Record<string, number>> = {
  badJson: 400,
  forbidden: 403,
  senderMismatch: 403,
  messageTooOld: 410,
  tooLarge: 413,
  invalidMessage: 422,
};

/** What was answered in another way, in words; empty when all is well. */
export async function faultsAlone(door: Door, cases: readonly DoorCase[]): Promise<string[]> {
  const faults: string[] = [];
  for (const one of cases) faults.push(...judge(door, one, await door.one(one.bytes)));
  return faults;
}

/** The same in batches, each with a good message in its middle, which has to be taken. */
export async function faultsInBatches(door: Door, cases: readonly DoorCase[]): Promise<string[]> {
  const faults: string[] = [];
  for (const batch of batches(cases)) {
    const good: DoorCase = {
      name: "the good line",
      bytes: Buffer.from(JSON.stringify(door.good())),
      refusal: undefined,
    };
    const lines = batch.toSpliced(Math.floor(batch.length / 2), 0, good);
    const told = await door.batch(lines.map(({ bytes }) => bytes));
    if (told.length !== lines.length) faults.push(`${told.length} answers to ${lines.length} lines`);
    for (const [index, one] of lines.entries()) faults.push(...judge(door, one, told[index]));
  }
  return faults;
}

function judge({ takenStatus }: Door, { name, refusal }: DoorCase, told: Told | undefined): string[] {
  const wanted: Told = refusal
    ? { status: statusOf[refusal.code ?? ""] ?? 0, ...refusal }
    : { status: takenStatus, code: undefined, pointer: undefined };
  const [given, due] = [JSON.stringify(told), JSON.stringify(wanted)];
  return given === due ? [] : [`${name}: ${given} instead of ${due}`];
}

function* batches(cases: readonly DoorCase[]): Generator<DoorCase[]> {
  const roomBytes = limits.batchBytes - limits.messageBytes;
  let batch: DoorCase[] = [];
  let sizeBytes = 0;
  for (const one of cases) {
    if (batch.length === limits.batchLines - 1 || sizeBytes + one.bytes.length > roomBytes) {
      yield batch;
      batch = [];
      sizeBytes = 0;
    }
    batch.push(one);
    sizeBytes += one.bytes.length + 1;
  }
  yield batch;
}

/** How many rows there are of everything that a message leaves behind. */
export async function countStored({ read }: Pick<Store, "read">): Promise<number> {
  const [row] = await read.all(sql`
    SELECT (SELECT count(*) FROM object) + (SELECT count(*) FROM message_bytes) + (SELECT count(*) FROM receipt) +
      (SELECT count(*) FROM submission) + (SELECT count(*) FROM delivery) +
      (SELECT count(*) FROM blob_announcement) AS stored`);
  return Number(row?.stored);
}
