import { connect, createServer, type Server, type Socket } from "node:net";
import pg from "pg";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openClock } from "../env/clock.ts";
import { insertAccount } from "./account-store.ts";
import { newDatabase } from "./each-store.ts";
import { findFact, settleFact } from "./fact-store.ts";
import { migrations } from "./open.ts";
import { openPostgres, type PostgresOptions, type PostgresStore } from "./postgres.ts";
import { sql, type Tx } from "./sql.ts";

let url: string;
let opened: PostgresStore[];

beforeAll(async () => {
  url = await newDatabase();
});

beforeEach(() => {
  opened = [];
});

afterEach(async () => {
  for (const store of opened) await store.close();
});

async function open(options: Partial<PostgresOptions> = {}): Promise<PostgresStore> {
  const store = await openPostgres({ url, clock: openClock(), ...options });
  opened.push(store);
  await store.migrate(migrations);
  return store;
}

async function fresh(): Promise<PostgresStore> {
  const store = await open();
  await store.write(async (tx) => {
    await tx.run(sql`DELETE FROM server_fact`);
    await tx.run(sql`DELETE FROM account`);
  });
  return store;
}

async function ask(text: string, at = url): Promise<void> {
  const client = new pg.Client({ connectionString: at });
  await client.connect();
  await client.query(text).finally(() => client.end());
}

/** Ends the connection that a transaction runs on, as a restart of the server does. */
async function cut(tx: Tx): Promise<void> {
  const row = await tx.get(sql`SELECT pg_backend_pid() AS pid`);
  await ask(`SELECT pg_terminate_backend(${Number(row?.pid)})`);
}

describe("two writers in each other's way", () => {
  it("both succeed, because the one that is undone runs again", async () => {
    const store = await fresh();
    for (const id of [1, 2]) {
      await store.write((tx) => insertAccount(tx, { id, name: `a${id}`, createdAt: 0, quotaBytes: 0 }));
    }
    const touch = (tx: Tx, id: number) => tx.run(sql`UPDATE account SET state = state + 1 WHERE id = ${id}`);
    let waiting = 0;
    let go = (): void => undefined;
    const bothWait = new Promise<void>((resolve) => {
      go = resolve;
    });
    let runs = 0;
    const crossing = (first: number, second: number) =>
      store.write(async (tx) => {
        runs++;
        await touch(tx, first);
        if (++waiting === 2) go();
        await bothWait;
        await touch(tx, second);
      });
    await Promise.all([crossing(1, 2), crossing(2, 1)]);
    expect(runs).toBe(3);
    expect(await store.read.all(sql`SELECT state FROM account`)).toEqual([{ state: 2 }, { state: 2 }]);
  });
});

describe("a connection that is lost", () => {
  it("before the commit makes the work run once more, on another", async () => {
    const store = await fresh();
    let runs = 0;
    const told = await store.write(async (tx) => {
      if (++runs === 1) await cut(tx);
      return settleFact(tx, "colour", `run ${runs}`);
    });
    expect(told).toBe("run 2");
    expect(await findFact(store.read, "colour")).toBe("run 2");
  });

  it("again and again is a temporary failure that says so, and nothing is stored", async () => {
    const store = await fresh();
    let runs = 0;
    const write = store.write(async (tx) => {
      runs++;
      await settleFact(tx, "colour", "red");
      await cut(tx);
      return settleFact(tx, "shape", "round");
    });
    await expect(write).rejects.toMatchObject({ problem: { code: "unavailable", retry: "later" } });
    expect(runs).toBe(2);
    expect(await findFact(store.read, "colour")).toBeUndefined();
  });

  it("while idle is replaced without anybody noticing", async () => {
    const store = await fresh();
    await ask(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'posthorn' AND datname = current_database()",
    );
    expect(await store.write((tx) => settleFact(tx, "colour", "red"))).toBe("red");
    expect(await findFact(store.read, "colour")).toBe("red");
  });
});

/** A wire between the store and its server that can be cut at a commit, before it arrives or before its answer does. */
class Wire {
  cutAtCommit: "before" | "after" | undefined;
  readonly #server: Server;
  readonly #target: string;
  readonly #sockets = new Set<Socket>();

  constructor(to: string) {
    const { searchParams, port } = new URL(to);
    this.#target = `${searchParams.get("host")}/.s.PGSQL.${port}`;
    this.#server = createServer((client) => this.#join(client, connect(this.#target)));
  }

  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    const address = this.#server.address();
    const through = new URL(url);
    through.searchParams.delete("host");
    through.host = `127.0.0.1:${address !== null && typeof address === "object" ? address.port : 0}`;
    return through.href;
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #join(client: Socket, server: Socket): void {
    const cutBoth = () => {
      client.destroy();
      server.destroy();
    };
    let isCommitting = false;
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.on("error", cutBoth).on("close", cutBoth);
    }
    client.on("data", (bytes: Buffer) => {
      isCommitting ||= this.cutAtCommit !== undefined && bytes.includes("COMMIT\0");
      if (isCommitting && this.cutAtCommit === "before") cutBoth();
      else server.write(bytes);
    });
    server.on("data", (bytes: Buffer) => {
      if (isCommitting) cutBoth();
      else client.write(bytes);
    });
  }
}

describe("a commit whose outcome is unknown", () => {
  it.each([
    { cutAt: "before", isStored: false },
    { cutAt: "after", isStored: true },
  ] as const)(
    "cut $cutAt it happened, is a temporary failure, and asking again by the key is safe",
    async ({ cutAt, isStored }) => {
      const direct = await fresh();
      const wire = new Wire(url);
      try {
        const store = await open({ url: await wire.open() });
        let runs = 0;
        const settle = (value: string) =>
          store.write((tx) => {
            runs++;
            return settleFact(tx, "colour", value);
          });
        wire.cutAtCommit = cutAt;
        await expect(settle("red")).rejects.toMatchObject({
          problem: { code: "unavailable", retry: "later", detail: expect.stringContaining("Ask again") },
        });
        expect(runs).toBe(1);
        expect(await findFact(direct.read, "colour")).toBe(isStored ? "red" : undefined);
        wire.cutAtCommit = undefined;
        expect(await settle("blue")).toBe(isStored ? "red" : "blue");
      } finally {
        wire.close();
      }
    },
  );

  it("when the server cannot be reached at all, reading and writing say so", async () => {
    const wire = new Wire(url);
    const store = await open({ url: await wire.open() });
    wire.close();
    const unreachable = { problem: { code: "unavailable", detail: expect.stringContaining("database") } };
    await expect(store.write((tx) => settleFact(tx, "colour", "red"))).rejects.toMatchObject(unreachable);
    await expect(findFact(store.read, "colour")).rejects.toMatchObject(unreachable);
  });
});

describe("a server that cannot keep the promise", () => {
  it("is refused at start: one that is not there, or that knows no such user or database", async () => {
    const elsewhere = (change: (to: URL) => void) => {
      const to = new URL(url);
      change(to);
      return openPostgres({ url: to.href, clock: openClock() });
    };
    const nobody = elsewhere((to) => to.searchParams.set("host", "/nowhere"));
    await expect(nobody).rejects.toThrow(/does not let this server in: .*nowhere/);
    await expect(
      elsewhere((to) => {
        to.pathname = "/nowhere";
      }),
    ).rejects.toThrow('database "nowhere" does not exist');
  });

  it("is refused at start: commits that do not wait for the disk", async () => {
    const careless = `${url}&options=${encodeURIComponent("-c synchronous_commit=off")}`;
    await expect(openPostgres({ url: careless, clock: openClock() })).rejects.toThrow(
      "synchronous_commit switched off",
    );
  });

  it("is refused at start: a database that does not hold every text", async () => {
    await ask("CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'");
    const latin = new URL(url);
    latin.pathname = "/latin";
    await expect(openPostgres({ url: latin.href, clock: openClock() })).rejects.toThrow("LATIN1");
  });
});
