/** A push service of our own, and a browser's part of it: what servers send there is read as the device would read it. */
import { createDecipheriv, createECDH, hkdfSync, randomBytes } from "node:crypto";
import { createServer } from "node:https";
import { join } from "node:path";
import { openEnv, openLocalCa } from "@posthorn/server";
import type { BrowserContext } from "playwright-core";
import { freePort } from "./free-port.ts";
import type { Testnet } from "./testnet.ts";

export interface PushService {
  /** What servers have sent, opened; the oldest first. */
  readonly received: { path: string; said: Record<string, unknown> }[];
  /** What it answers from now on; 410 for a subscription that is over. */
  status: number;
  /** Gives the pages of a browser this service; to be called before they are loaded. */
  serve(context: BrowserContext): Promise<void>;
  close(): Promise<void>;
}

/** On a trial network on sockets, which trusts its certificate. Whoever starts it closes it. */
export async function startPushService(net: Testnet): Promise<PushService> {
  const { files, random, clock } = openEnv();
  const authority = await openLocalCa(files, join(net.folder, "local-ca"), random, clock);
  const { certPem: cert, keyPem: key } = await authority.issue(["push.localhost"]);
  const device = newDevice();
  const server = createServer({ cert, key }, async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    if (service.status < 300)
      service.received.push({
        path: request.url ?? "",
        said: JSON.parse(device.read(Buffer.concat(parts))),
      });
    response.writeHead(service.status).end();
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const service: PushService = {
    received: [],
    status: 201,
    async serve(context) {
      const given = { origin: `https://push.localhost:${port}`, keys: device.keys };
      await context.addInitScript(partOfBrowser, given);
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return service;
}

/** Keys of a device, and how it reads what is encrypted to them (RFC 8291 §3). */
function newDevice() {
  const pair = createECDH("prime256v1");
  const point = pair.generateKeys();
  const auth = randomBytes(16);
  return {
    keys: { p256dh: point.toString("base64url"), auth: auth.toString("base64url") },
    read(body: Buffer): string {
      const [salt, sender, sealed] = [body.subarray(0, 16), body.subarray(21, 86), body.subarray(86)];
      const info = Buffer.concat([Buffer.from("WebPush: info\0"), point, sender]);
      const shared = Buffer.from(hkdfSync("sha256", pair.computeSecret(sender), auth, info, 32));
      const derive = (what: string, length: number) =>
        Buffer.from(hkdfSync("sha256", shared, salt, `Content-Encoding: ${what}\0`, length));
      const open = createDecipheriv("aes-128-gcm", derive("aes128gcm", 16), derive("nonce", 12));
      open.setAuthTag(sealed.subarray(-16));
      const padded = Buffer.concat([open.update(sealed.subarray(0, -16)), open.final()]);
      return padded.subarray(0, padded.lastIndexOf(2)).toString();
    },
  };
}

/**
 * Runs in pages: what a browser remembers of its subscription, it keeps as long as its storage. While `test.pushUnreachable` is
 * there too, it cannot be given up.
 */
function partOfBrowser({ origin, keys }: { origin: string; keys: { p256dh: string; auth: string } }): void {
  const place = "test.push";
  const known = (): { at: number; key: number[] } | null => JSON.parse(localStorage.getItem(place) ?? "null");
  const subscription = () => {
    const kept = known();
    if (kept === null) return null;
    const endpoint = `${origin}/p/${kept.at}`;
    return {
      endpoint,
      options: { applicationServerKey: Uint8Array.from(kept.key).buffer },
      toJSON: () => ({ endpoint, keys }),
      async unsubscribe() {
        if (localStorage.getItem("test.pushUnreachable") !== null)
          throw new DOMException("The push service cannot be reached.", "NetworkError");
        localStorage.removeItem(place);
        return true;
      },
    };
  };
  Object.assign(PushManager.prototype, {
    async subscribe({ applicationServerKey }: { applicationServerKey: Uint8Array }) {
      localStorage.setItem(place, JSON.stringify({ at: Date.now(), key: [...applicationServerKey] }));
      return subscription();
    },
    getSubscription: async () => subscription(),
  });
}
