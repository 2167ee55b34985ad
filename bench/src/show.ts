/** What was measured, for people: ratios first, of several rounds the middle one with the least and the most. */
import type { Delivery, Throughput } from "./delivery.ts";
import { hundredths, spread, tenths, whole } from "./figures.ts";
import type { Growth, Size } from "./growth.ts";
import { table } from "./table.ts";

export function showDelivery(delivery: Delivery): string {
  const { single, batched, idle } = delivery;
  return [
    `Delivery: ${whole(delivery.letters)} letters each, one a request, in ${delivery.rounds} rounds with the bare chain`,
    "in every second place; then as many in requests of fifty. Ratios are Posthorn to bare chain.",
    "",
    table([
      ["", "ratio", "Posthorn", "bare chain", "aim"],
      ...throughputRows("one a request", single, "≥ 0.50", "≤ 0.60"),
      ...throughputRows("fifty a request", batched, "", ""),
      idleRow("idle, p50 ms", idle.posthorn.p50Ms, idle.bareChain.p50Ms, "< 15"),
      idleRow("idle, p99 ms", idle.posthorn.p99Ms, idle.bareChain.p99Ms, ""),
      ["memory idle, MiB", "", whole(delivery.idleRssMiB), "", "< 120"],
      [
        "memory under load, MiB",
        "",
        spread(single.posthorn.rssMiB, whole),
        spread(single.bareChain.rssMiB, whole),
        "",
      ],
      ["memory at rest again, MiB", "", whole(delivery.restingRssMiB), "", ""],
    ]),
  ].join("\n");
}

function throughputRows(
  what: string,
  { toBareChain, posthorn, bareChain }: Throughput,
  rateAim: string,
  cpuAim: string,
): string[][] {
  const cpu = posthorn.cpuSecondsPer1000.median / bareChain.cpuSecondsPer1000.median;
  return [
    [
      `${what}, messages/s`,
      spread(toBareChain, hundredths),
      spread(posthorn.messagesPerSecond, whole),
      spread(bareChain.messagesPerSecond, whole),
      rateAim,
    ],
    [
      `${what}, CPU s per 1,000`,
      hundredths(cpu),
      spread(posthorn.cpuSecondsPer1000, hundredths),
      spread(bareChain.cpuSecondsPer1000, hundredths),
      cpuAim,
    ],
    [
      "  of that the sender",
      "",
      spread(posthorn.senderCpuSecondsPer1000, hundredths),
      spread(bareChain.senderCpuSecondsPer1000, hundredths),
      "",
    ],
  ];
}

function idleRow(what: string, posthorn: number, bareChain: number, aim: string): string[] {
  return [what, hundredths(posthorn / bareChain), tenths(posthorn), tenths(bareChain), aim];
}

export function showGrowth(growth: Growth): string {
  const { usual, tenfoldMailboxes, manyPeers } = growth;
  const row = (what: string, read: (size: Size) => number, write: (value: number) => string) => [
    what,
    hundredths(read(tenfoldMailboxes) / read(usual)),
    hundredths(read(manyPeers) / read(usual)),
    write(read(usual)),
    write(read(tenfoldMailboxes)),
    write(read(manyPeers)),
  ];
  return [
    `Growth: ${whole(growth.mailboxLetters)} letters in each mailbox, ten times as many, and as before but with`,
    `${whole(growth.deadPeers)} peers that are down and ${whole(growth.waitingLetters)} letters waiting for them. Ratios are to the first.`,
    "",
    table([
      ["", "× mailbox", "× peers", "usual", "tenfold", "peers"],
      row("messages/s", ({ rounds }) => rounds.messagesPerSecond.median, whole),
      row("CPU s per 1,000", ({ rounds }) => rounds.cpuSecondsPer1000.median, hundredths),
      row("idle, p50 ms", ({ idle }) => idle.p50Ms, tenths),
      row("idle, p99 ms", ({ idle }) => idle.p99Ms, tenths),
      row("memory idle, MiB", ({ idleRssMiB }) => idleRssMiB, whole),
      row("memory under load, MiB", ({ rounds }) => rounds.rssMiB.max, whole),
    ]),
  ].join("\n");
}
