/** What a page keeps of conversations that were opened and closed again. */
import type { Page } from "playwright-core";
import { timeAct } from "./hands.ts";

export interface Memory {
  rounds: number;
  beforeMb: number;
  afterMb: number;
}

/**
 * So many are opened before anything counts: code is compiled, and what is kept for a second look has a bound, which is to be
 * reached. The pages of the list have it last: those above what is read are all here only from the 250th row on.
 */
const roundsBefore = 250;

/** In a page that shows its inbox. The worker's memory is not in it. */
export async function measureMemory(page: Page, rounds: number): Promise<Memory> {
  await openAndClose(page, Math.min(rounds, roundsBefore));
  const beforeMb = await readHeapMb(page);
  await openAndClose(page, rounds);
  return { rounds, beforeMb, afterMb: await readHeapMb(page) };
}

async function openAndClose(page: Page, rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    await page.keyboard.press("j");
    await timeAct(page, "open");
    await timeAct(page, "close");
  }
}

/** Of what is still used. */
async function readHeapMb(page: Page): Promise<number> {
  const tools = await page.context().newCDPSession(page);
  await tools.send("HeapProfiler.collectGarbage");
  await tools.send("HeapProfiler.collectGarbage");
  const { usedSize } = await tools.send("Runtime.getHeapUsage");
  await tools.detach();
  return usedSize / 1e6;
}
