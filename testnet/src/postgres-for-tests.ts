/**
 * For a whole test run one private PostgreSQL, started when the first test asks for a database, so that a run that
 * needs none does not pay for it. Tests ask over loopback, because they run in other processes:
 * `POST` to `inject("postgresForTests")` answers the URL of a new database.
 */
import { createServer, type Server } from "node:http";
import type { TestProject } from "vitest/node";
import { type PrivatePostgres, startPrivatePostgres } from "./private-postgres.ts";

declare module "vitest" {
  export interface ProvidedContext {
    postgresForTests: string;
  }
}

let door: Server | undefined;
let starting: Promise<PrivatePostgres> | undefined;
let databaseCount = 0;

export async function setup(project: TestProject): Promise<void> {
  const opened = createServer((_request, response) => {
    newDatabase().then(
      (url) => response.end(url),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  door = opened;
  await new Promise<void>((listening) => opened.listen(0, "127.0.0.1", listening));
  const address = opened.address();
  if (address === null || typeof address === "string") throw new Error("the door for tests has no port");
  project.provide("postgresForTests", `http://127.0.0.1:${address.port}/`);
}

export async function teardown(): Promise<void> {
  door?.close();
  door?.closeAllConnections();
  const postgres = await starting?.catch(() => undefined);
  await postgres?.stop();
}

async function newDatabase(): Promise<string> {
  // Deadlocks that tests make on purpose need not take a second each.
  starting ??= startPrivatePostgres({ settings: { deadlock_timeout: "100ms" } });
  const postgres = await starting;
  return postgres.database(`test_${++databaseCount}`);
}
