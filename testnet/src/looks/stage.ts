/** Where the pictures are taken: two servers under names as people have them, a browser, and a wall with a clock. */

import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer } from "node:tls";
import { openEnv, openLocalCa } from "@posthorn/server";
import { buildSite } from "@posthorn/web/build";
import type { Browser } from "playwright-core";
import { openBrowser } from "../browser/open-browser.ts";
import { freePort } from "../free-port.ts";
import { startTestnet, type Testnet } from "../testnet.ts";

export const home = "lindenhof.example";
export const away = "harbour.example";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const morning = 9;
const tickMs = 250;

/** What the owner's clock shows. It is morning there whenever the pictures are taken. */
export interface Wall {
  /** By the name that browsers know it by. */
  zone: string;
  msOf(daysAgo: number, at: string): number;
  /** Lets the servers' time go on until then. */
  moveTo(daysAgo: number, at: string): Promise<void>;
  /** From here on their time is that of this machine. */
  follow(): Promise<void>;
}

export interface Stage {
  net: Testnet;
  browser: Browser;
  wall: Wall;
  close(): Promise<void>;
}

/**
 * The servers begin some weeks ago; without a past, which takes its time, all that was written is of a minute. Whoever opens
 * it closes it.
 */
export async function openStage({ hasPast = true } = {}): Promise<Stage> {
  const site = await mkdtemp(join(tmpdir(), "posthorn-site-"));
  await buildSite({ folder: site, isPseudo: false });
  const names = [home, away];
  const ports = Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await freePort()] as const)),
  );
  const offset = morningOffset(Date.now());
  const midnight = Math.floor((Date.now() + offset * hourMs) / dayMs) * dayMs - offset * hourMs;
  const msOf = (daysAgo: number, at: string) => {
    const [hour = 0, minute = 0] = at.split(":").map(Number);
    return midnight - daysAgo * dayMs + hour * hourMs + minute * 60_000;
  };
  const net = await startTestnet({
    names,
    wire: "memory",
    nowMs: hasPast ? msOf(21, "12:00") : Date.now() - 60_000,
    ports,
    settings: { screening: "yes", greeting: "no", quota: "5000000000", web: site },
  });
  const doors = await openDoors(ports, net);
  const rules = doors.map(({ host, port }) => `MAP ${host}:443 127.0.0.1:${port}`).join(", ");
  const browser = await openBrowser([`--host-resolver-rules=${rules}`]);
  const moveOn = async (untilMs: number) => net.advance(Math.max(0, untilMs - net.clock.now()));
  let ticking: NodeJS.Timeout | undefined;
  return {
    net,
    browser,
    wall: {
      zone: offset === 0 ? "Etc/GMT" : `Etc/GMT${offset > 0 ? "-" : "+"}${Math.abs(offset)}`,
      msOf,
      moveTo: (daysAgo, at) => (hasPast ? moveOn(msOf(daysAgo, at)) : net.advance(1_000)),
      async follow() {
        await moveOn(Date.now());
        let isMoving = false;
        ticking = setInterval(async () => {
          if (isMoving) return;
          isMoving = true;
          await moveOn(Date.now());
          isMoving = false;
        }, tickMs);
      },
    },
    async close() {
      clearInterval(ticking);
      await browser.close();
      for (const { close } of doors) close();
      await net.close();
      await rm(site, { recursive: true, force: true });
    },
  };
}

/** Hours east of Greenwich where it is morning now. */
function morningOffset(nowMs: number): number {
  const offset = morning - new Date(nowMs).getUTCHours();
  return offset < -12 ? offset + 24 : offset;
}

/** Before each server what ends TLS for it, as a proxy does. */
async function openDoors(ports: Readonly<Record<string, number>>, net: Testnet) {
  const { files, random, clock } = openEnv();
  const authority = await openLocalCa(files, join(net.folder, "local-ca"), random, clock);
  const { certPem: cert, keyPem: key } = await authority.issue(["localhost"]);
  return Promise.all(
    Object.entries(ports).map(async ([host, inner]) => {
      const door = createServer({ cert, key }, (outer) => {
        const socket = connect(inner, "127.0.0.1");
        outer.pipe(socket).pipe(outer);
        outer.on("error", () => socket.destroy());
        socket.on("error", () => outer.destroy());
        outer.on("close", () => socket.destroy());
        socket.on("close", () => outer.destroy());
      });
      const port = await freePort();
      await new Promise<void>((resolve) => door.listen(port, "127.0.0.1", resolve));
      return { host, port, close: () => door.close() };
    }),
  );
}
