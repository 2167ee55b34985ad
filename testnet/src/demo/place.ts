import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type Api,
  createInvite,
  eachAccount,
  login,
  openOperator,
  type Platform,
  register,
  type Session,
} from "@posthorn/client";
import { type Home, openHome, readOperatorFile } from "@posthorn/client/node";
import { startPrivatePostgres } from "../private-postgres.ts";
import { startTestnet, type TestNode, type Testnet } from "../testnet.ts";

export interface Person {
  address: string;
  password: string;
  session: Session;
}

/** Two servers with a person on each. */
export interface Place {
  alpha: TestNode;
  beta: TestNode;
  alice: Person;
  bob: Person;
  /** The home folder of the two people's clients. */
  clientFolder: string;
  /** Certificate of the authority that the servers' certificates are from. */
  caPath: string;
  close(): Promise<void>;
}

const usualPorts: Readonly<Record<string, number>> = { alpha: 8441, beta: 8442 };

/** Starts the servers on the data of `folder`, registering the two people when they are not there yet. */
export async function openPlace(options: { folder: string; store: "sqlite" | "postgres" }): Promise<Place> {
  const { folder } = options;
  const home = openHome(join(folder, "client"));
  const postgres =
    options.store === "postgres"
      ? await startPrivatePostgres({ folder: join(folder, "postgres") })
      : undefined;
  const ports = await keptPorts(folder);
  const testnet = await startTestnet({
    names: ["alpha", "beta"],
    wire: "sockets",
    folder,
    ports,
    ...(postgres && { database: (name) => postgres.database(name) }),
  });
  const close = async () => {
    await testnet.close();
    await postgres?.stop();
  };
  try {
    await keepPorts(folder, testnet);
    const alpha = testnet.node("alpha");
    const beta = testnet.node("beta");
    if (alpha.caPem !== undefined) await home.trust(alpha.caPem);
    const platform = await home.platform();
    return {
      alpha,
      beta,
      alice: await openPerson(platform, alpha, "alice", home),
      bob: await openPerson(platform, beta, "bob", home),
      clientFolder: home.folder,
      caPath: home.caPath,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Signs the person in, with an invitation first when there is no such account yet. */
async function openPerson(platform: Platform, node: TestNode, name: string, home: Home): Promise<Person> {
  const address = `${name}@${node.host}`;
  const password = `${name} on ${node.name}`;
  const keeper = home.keeper(address);
  const device = "the demo";
  const operator = openOperator(platform, await readOperatorFile(node.folder));
  const known = await isRegistered(operator, name);
  if (known)
    return { address, password, session: await login(platform, { address, password }, { keeper, device }) };
  const invite = await createInvite(operator, { name });
  const session = await register(platform, { invite: invite.url, password }, { keeper, device });
  return { address, password, session };
}

async function isRegistered(operator: Api, name: string): Promise<boolean> {
  for await (const account of eachAccount(operator)) if (account.name === name) return true;
  return false;
}

/** The ports of an earlier run on the same data, because they are part of the addresses. */
async function keptPorts(folder: string): Promise<Record<string, number>> {
  const text = await readFile(join(folder, "ports.json"), "utf8").catch(() => undefined);
  if (text === undefined) return { ...usualPorts };
  const value: unknown = JSON.parse(text);
  const ports: Record<string, number> = {};
  if (typeof value !== "object" || value === null) return ports;
  for (const [name, port] of Object.entries(value)) if (typeof port === "number") ports[name] = port;
  return ports;
}

async function keepPorts(folder: string, testnet: Testnet): Promise<void> {
  const ports = Object.fromEntries(
    testnet.nodes.map((node) => [node.name, Number(new URL(node.endpoint).port)]),
  );
  await writeFile(join(folder, "ports.json"), `${JSON.stringify(ports)}\n`);
}
