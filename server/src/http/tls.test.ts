import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect as dial } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ConnectionOptions, connect, type PeerCertificate, type TLSSocket } from "node:tls";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { BareSocket, bareSocket } from "../env/bare-socket.ts";
import type { Log } from "../env/env.ts";
import { openFiles } from "../env/files.ts";
import { HandClock } from "../env/hand-clock.ts";
import { type LocalCa, type LocalCertificate, openLocalCa } from "../env/local-ca.ts";
import { openRandom } from "../env/random.ts";
import { readCertificate } from "./certificate.ts";
import type { HttpHandler } from "./http.ts";
import type { ListenLimits } from "./limits.ts";
import { type Listener, listen } from "./listen.ts";
import { getRequest, textAnswer, until } from "./trial-listener.ts";

const random = openRandom();
const names = ["alpha.localhost", "beta.localhost"] as const;
/** A certificate for these is told from the first by its names, and is for the server all the same. */
const renewed = [...names];
let folder: string;
let ca: LocalCa;

let clock: HandClock;
let listener: Listener;
let logged: string[];
/** Why certificates were not reloaded. */
let refused: string[];
const open: TLSSocket[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "posthorn-tls-"));
  const files = openFiles({ effect: () => undefined, random, clock: new HandClock() });
  ca = await openLocalCa(files, join(folder, "ca"), random, new HandClock(Date.now()));
});

afterAll(() => rm(folder, { recursive: true }));

afterEach(async () => {
  for (const socket of open.splice(0)) socket.destroy();
  await listener.close(0);
});

const certPath = () => join(folder, "cert.pem");
const keyPath = () => join(folder, "key.pem");

async function place(what: { cert?: string; key?: string }): Promise<void> {
  if (what.cert !== undefined) await writeFile(certPath(), what.cert);
  if (what.key !== undefined) await writeFile(keyPath(), what.key);
}

async function placePair({ certPem, keyPem }: LocalCertificate): Promise<void> {
  await place({ cert: certPem, key: keyPem });
}

async function serve(
  limits: Partial<ListenLimits> = {},
  handler: HttpHandler = async () => textAnswer("ok"),
): Promise<void> {
  await placePair(await ca.issue([names[0]]));
  await serveFiles(limits, handler);
}

/** A certificate that was over two years ago. */
async function expired(): Promise<LocalCertificate> {
  const longAgo = new HandClock(Date.now() - 800 * 86_400_000);
  const files = openFiles({ effect: () => undefined, random, clock: longAgo });
  return (await openLocalCa(files, join(folder, "old-ca"), random, longAgo)).issue([names[0]]);
}

/** Serves with what lies in the certificate's files. */
async function serveFiles(limits: Partial<ListenLimits>, handler: HttpHandler): Promise<void> {
  clock = new HandClock(Date.now());
  logged = [];
  refused = [];
  const files = openFiles({ effect: () => undefined, random, clock });
  const certificate = { kind: "files", certPath: certPath(), keyPath: keyPath() } as const;
  const log: Log = (_, event, fields) => {
    logged.push(event);
    if (event === "certificate not reloaded") refused.push(String(fields?.error));
  };
  const transport = { kind: "tls", certificate, serverName: names[0] } as const;
  listener = await listen(
    { port: 0, address: "127.0.0.1", transport, limits },
    { clock, files, log },
    handler,
  );
}

/** A finished handshake, or the fault of one that failed. */
async function shake(options: ConnectionOptions = {}): Promise<TLSSocket> {
  const place = { port: listener.port, host: "127.0.0.1", servername: names[0], ca: ca.caPem };
  const socket = connect({ ...place, checkServerIdentity: () => undefined, ...options });
  open.push(socket);
  await once(socket, "secureConnect");
  return socket;
}

function nameOf(certificate: PeerCertificate): string | undefined {
  return certificate.subjectaltname;
}

describe("TLS", () => {
  test.each(["TLSv1.2", "TLSv1.3"] as const)(
    "%s is spoken, with forward secrecy and HTTP/1.1",
    async (version) => {
      await serve();
      const socket = await shake({
        minVersion: version,
        maxVersion: version,
        ALPNProtocols: ["h2", "http/1.1"],
      });
      expect(socket.getProtocol()).toBe(version);
      expect(socket.getCipher().name).toMatch(/GCM|CHACHA20/);
      expect(socket.alpnProtocol).toBe("http/1.1");
      const bare = new BareSocket(socket);
      bare.say(getRequest);
      expect(await bare.hear("\r\n\r\nok")).toMatch(/^HTTP\/1\.1 200 /);
    },
  );

  const refused: [string, ConnectionOptions][] = [
    ["TLS 1.1", { minVersion: "TLSv1.1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" }],
    ["TLS 1.0", { minVersion: "TLSv1", maxVersion: "TLSv1", ciphers: "DEFAULT@SECLEVEL=0" }],
    [
      "a cipher without authentication of its own (CBC)",
      { maxVersion: "TLSv1.2", ciphers: "ECDHE+AES:!AESGCM:!AESCCM" },
    ],
    ["a client that speaks HTTP/2 only (CVE-2023-44487)", { ALPNProtocols: ["h2"] }],
    ["a client that speaks something else", { ALPNProtocols: ["acme-tls/1", "imap"] }],
  ];
  test.each(refused)("%s is refused in the handshake", async (_, options) => {
    await serve();
    await expect(shake(options)).rejects.toThrow();
    expect(listener.requestsInFlight).toBe(0);
  });

  test("plain HTTP on the port of TLS is not answered", async () => {
    await serve();
    const socket = await bareSocket(listener.port);
    socket.say(getRequest);
    expect(await socket.closed).not.toContain("HTTP/1.1 200");
  });

  test("a handshake that is never finished does not stay", async () => {
    await serve({ handshakeMs: 50 });
    const socket = await bareSocket(listener.port);
    socket.say("\x16\x03\x01\x02\x00\x01");
    await socket.closed;
  });

  test("the name the caller asked for reaches the handler", async () => {
    let asked: string | undefined;
    await serve({}, async (request) => {
      asked = request.serverName;
      return textAnswer("ok");
    });
    const bare = new BareSocket(await shake({ servername: "beta.localhost" }));
    bare.say(getRequest);
    await bare.hear("ok");
    expect(asked).toBe("beta.localhost");
  });

  test("what a caller says of its address counts for nothing where TLS ends here", async () => {
    await serve({}, async (request) => textAnswer(request.remoteAddress));
    const bare = new BareSocket(await shake());
    bare.say("GET /a HTTP/1.1\r\nhost: a.test\r\nx-forwarded-for: 203.0.113.7\r\n\r\n");
    await bare.hear("\r\n\r\n127.0.0.1");
  });

  test("one network has its share of the connections, and another one's is its own", async () => {
    await serve({ connectionsPerNetwork: 2 });
    const [one] = [await shake(), await shake()];
    await expect(shake()).rejects.toThrow();
    await shake({ socket: dial({ port: listener.port, host: "127.0.0.1", localAddress: "127.0.0.2" }) });
    one.destroy();
    await once(one, "close");
    let again = await shake().catch(() => undefined);
    while (again === undefined) again = await shake().catch(() => undefined);
  });
});

describe("the certificate", () => {
  test("is read anew when its files change, for new connections; those there are go on", async () => {
    await serve();
    const before = new BareSocket(await shake());
    before.say(getRequest);
    await before.hear("ok");
    await placePair(await ca.issue(renewed));
    await clock.advance(60_000);
    await until(() => logged.includes("certificate reloaded"));
    expect(nameOf((await shake()).getPeerCertificate())).toBe("DNS:alpha.localhost, DNS:beta.localhost");
    before.say(getRequest);
    await before.hear("ok", 2);
  });

  const between: [string, () => Promise<{ cert?: string; key?: string }>][] = [
    ["its key has not come yet", async () => ({ cert: (await ca.issue(renewed)).certPem })],
    ["its certificate has not come yet", async () => ({ key: (await ca.issue(renewed)).keyPem })],
    ["half of it is written", async () => ({ cert: (await ca.issue(renewed)).certPem.slice(0, 300) })],
    ["it is emptied first", async () => ({ cert: "", key: "" })],
  ];
  test.each(between)("in use stays while %s; then the new pair is taken", async (_, half) => {
    await serve();
    await place(await half());
    await clock.advance(60_000);
    await until(() => logged.includes("certificate not reloaded"));
    expect(nameOf((await shake()).getPeerCertificate())).toBe("DNS:alpha.localhost");
    await placePair(await ca.issue(renewed));
    await clock.advance(60_000);
    await until(() => logged.includes("certificate reloaded"));
    expect(nameOf((await shake()).getPeerCertificate())).toBe("DNS:alpha.localhost, DNS:beta.localhost");
  });

  test("in use stays while its files hold one of another host, or one that is over; each is logged once", async () => {
    await serve();
    await placePair(await ca.issue(["other.localhost"]));
    for (let minute = 0; minute < 3; minute++) await clock.advance(60_000);
    await until(() => refused.length > 0);
    await placePair(await expired());
    await clock.advance(60_000);
    await until(() => refused.length > 1);
    expect(refused).toEqual([
      expect.stringContaining("for other.localhost, not alpha.localhost"),
      expect.stringContaining("expired on"),
    ]);
    expect(nameOf((await shake()).getPeerCertificate())).toBe("DNS:alpha.localhost");
    await placePair(await ca.issue(renewed));
    await clock.advance(60_000);
    await until(() => logged.includes("certificate reloaded"));
    expect(nameOf((await shake()).getPeerCertificate())).toBe("DNS:alpha.localhost, DNS:beta.localhost");
  });

  test("that is over at the start is shown all the same, with a warning, until there is a new one", async () => {
    await placePair(await expired());
    await serveFiles({}, async () => textAnswer("ok"));
    expect(logged).toEqual(["certificate"]);
    expect(listener.certificateWarning).toMatch(/^The certificate expired on \d{4}-\d\d-\d\d\. Renew it: /);
    await shake({ rejectUnauthorized: false });
    await placePair(await ca.issue([names[0]]));
    await clock.advance(60_000);
    await until(() => logged.includes("certificate reloaded"));
    await shake();
  });

  test("of another host is refused at the start", async () => {
    await serve();
    await listener.close(0);
    await placePair(await ca.issue(["other.localhost"]));
    await expect(serveFiles({}, async () => textAnswer("ok"))).rejects.toThrow(
      `${certPath()}: The certificate is for other.localhost, not alpha.localhost. Get one for alpha.localhost.`,
    );
  });

  test("in use stays while its files are gone", async () => {
    await serve();
    await rm(certPath());
    await clock.advance(60_000);
    await until(() => logged.includes("certificate not reloaded"));
    expect(nameOf((await shake()).getPeerCertificate())).toBe("DNS:alpha.localhost");
  });

  test("that has not changed is left alone", async () => {
    await serve();
    await clock.advance(300_000);
    await shake();
    expect(logged).toEqual([]);
  });

  test("whose file is missing at the start is a sentence for the operator", async () => {
    await serve();
    const files = openFiles({ effect: () => undefined, random, clock });
    const certificate = { kind: "files", certPath: join(folder, "none.pem"), keyPath: keyPath() } as const;
    const started = listen(
      { port: 0, transport: { kind: "tls", certificate, serverName: names[0] } },
      { clock, files, log: () => undefined },
      async () => textAnswer("ok"),
    );
    await expect(started).rejects.toThrow(`There is no file ${certificate.certPath}.`);
  });

  test("whose key is another one's is refused at the start", async () => {
    await serve();
    await place({ key: (await ca.issue(renewed)).keyPem });
    const files = openFiles({ effect: () => undefined, random, clock });
    const source = { kind: "files", certPath: certPath(), keyPath: keyPath() } as const;
    await expect(readCertificate(files, source)).rejects.toThrow("does not belong to the certificate");
  });
});
