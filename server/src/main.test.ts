/** A server as a process: how it starts, what it says when it cannot, and how it ends. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { newDatabase } from "./store/each-store.ts";

const main = join(import.meta.dirname, "main.ts");

let folder: string;
let data: string;
const running = new Set<ServerRun>();
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "posthorn-main-"));
  data = join(folder, "data");
});
afterEach(async () => {
  for (const run of running) run.child.kill("SIGKILL");
  await Promise.all([...running].map((run) => run.ended));
  running.clear();
  await rm(folder, { recursive: true });
});

/** A process of main.ts with these settings in its environment. */
class ServerRun {
  readonly child: ChildProcess;
  readonly ended: Promise<{ code: number | null; signal: string | null }>;
  errors = "";

  constructor(settings: Readonly<Record<string, string>>) {
    const inherited = Object.entries(process.env).filter(
      ([name]) => !/^(?:POSTHORN_|NODE_|VITEST)/.test(name),
    );
    const flags = ["--conditions=source", "--disable-warning=ExperimentalWarning"];
    this.child = spawn(process.execPath, [...flags, main], {
      env: { ...Object.fromEntries(inherited), ...settings },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.errors += text;
    });
    this.ended = once(this.child, "close").then(([code, signal]) => ({ code, signal }));
    running.add(this);
  }

  /** The port it listens on, once it says that it has started. */
  async started(): Promise<number> {
    while (true) {
      const line = this.errors.split("\n").find((one) => one.includes('"server started"'));
      if (line !== undefined) return JSON.parse(line).port;
      const waited = await Promise.race([this.ended, once(this.child.stderr ?? this.child, "data")]);
      if ("code" in waited) throw new Error(`it ended: ${this.errors}`);
    }
  }
}

const behindProxy = (more: Readonly<Record<string, string>> = {}) => ({
  POSTHORN_HOST: "a.test",
  POSTHORN_PROXIED: "yes",
  POSTHORN_PORT: "0",
  POSTHORN_DATA: data,
  ...more,
});

/** How a start ends that does not succeed: its exit code and all that it said. */
async function fails(settings: Readonly<Record<string, string>>): Promise<string> {
  const run = new ServerRun(settings);
  expect(await run.ended).toEqual({ code: 1, signal: null });
  expect(run.errors).not.toMatch(/\n {4}at /);
  expect(run.errors.trimEnd().split("\n")).toHaveLength(1);
  return run.errors.trimEnd();
}

/** What a server shows of itself. */
async function discovery(port: number): Promise<Record<string, unknown>> {
  const answer = await fetch(`http://127.0.0.1:${port}/.well-known/posthorn`);
  expect(answer.status).toBe(200);
  return JSON.parse(await answer.text());
}

/** Each process takes its time to start on a busy machine. */
const slow = { timeout: 120_000 };

describe("a server", slow, () => {
  test("starts on nothing, answers, ends on SIGTERM with 0, and is the same when it starts again", async () => {
    const first = new ServerRun(behindProxy());
    const before = await discovery(await first.started());
    expect(before).toMatchObject({ host: "a.test", keys: [{ algorithm: "ed25519" }] });
    first.child.kill("SIGTERM");
    expect(await first.ended).toEqual({ code: 0, signal: null });
    expect(first.errors).toContain('"server stopped"');
    expect(await readdir(data)).toEqual(
      expect.arrayContaining(["keys", "operator.json", "posthorn.db", "posthorn.db-lock"]),
    );
    const second = new ServerRun(behindProxy());
    expect(await discovery(await second.started())).toEqual(before);
    second.child.kill("SIGINT");
    expect(await second.ended).toEqual({ code: 0, signal: null });
  });

  test("lets what is under way finish, and a second signal, whichever it is, ends it at once", async () => {
    const run = new ServerRun(behindProxy());
    const port = await run.started();
    const slow = await halfARequest(port);
    run.child.kill("SIGTERM");
    await refusedAt(port);
    expect(run.child.exitCode).toBeNull();
    run.child.kill("SIGINT");
    expect(await run.ended).toEqual({ code: null, signal: "SIGINT" });
    slow.destroy();
  });

  test("serves PostgreSQL in two processes that start at once on nothing, with one set of keys", async () => {
    const database = { POSTHORN_DATABASE: await newDatabase() };
    const runs = [new ServerRun(behindProxy(database)), new ServerRun(behindProxy(database))];
    const [one, other] = await Promise.all(runs.map(async (run) => discovery(await run.started())));
    expect(other).toEqual(one);
    for (const { child } of runs) child.kill("SIGTERM");
    expect(await Promise.all(runs.map(({ ended }) => ended))).toEqual(
      Array(2).fill({ code: 0, signal: null }),
    );
  });
});

describe("a server does not start, and says in one line what to do, when", slow, () => {
  test("nobody says which host it is", async () => {
    const { POSTHORN_HOST: _, ...without } = behindProxy();
    expect(await fails(without)).toContain("--host example.com");
  });

  test("another server uses the data, and that one goes on", async () => {
    const first = new ServerRun(behindProxy());
    const port = await first.started();
    expect(await fails(behindProxy())).toContain(
      "is in use by another Posthorn server. Stop that one first.",
    );
    expect(await discovery(port)).toMatchObject({ host: "a.test" });
  });

  test("PostgreSQL is not there, and its password is not shown", async () => {
    const said = await fails(
      behindProxy({ POSTHORN_DATABASE: "postgres://posthorn:hunter2@127.0.0.1:1/posthorn" }),
    );
    expect(said).toMatch(/^PostgreSQL does not let this server in: .*ECONNREFUSED/);
    expect(said).not.toContain("hunter2");
  });
});

/** A request whose body does not come: it is under way until somebody ends it. */
async function halfARequest(port: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => socket.destroy());
  await once(socket, "connect");
  socket.write(
    "POST /auth/login/start HTTP/1.1\r\nHost: a.test\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: 100\r\n\r\n",
  );
  await once(socket, "data");
  return socket;
}

/** Resolves when nothing listens there any more. */
async function refusedAt(port: number): Promise<void> {
  for (let isOpen = true; isOpen; ) {
    const socket = connect(port, "127.0.0.1");
    isOpen = await Promise.race([
      once(socket, "connect").then(() => true),
      once(socket, "error").then(() => false),
    ]).catch(() => false);
    socket.destroy();
  }
}
