import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type Api,
  changeOwnName,
  createInvite,
  eachAccount,
  login,
  openOperator,
  type Platform,
  register,
  type Session,
} from "@posthorn/client";
import { type Home, openHome, readOperatorFile } from "@posthorn/client/node";
import { usualFolder } from "@posthorn/web/build";
import { freePort, isFree } from "../free-port.ts";
import { startPrivatePostgres } from "../private-postgres.ts";
import { startTestnet, type TestNode } from "../testnet.ts";
import { DemoFailure, explainPort } from "./failure.ts";

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

/** From a server's port to the one where browsers get its page. */
const pageStep = 10;
const usualPorts: Readonly<Record<string, number>> = { alpha: 8441, beta: 8442 };

/** Starts the servers on the data of `folder`, registering the two people when they are not there yet. */
export async function openPlace(options: { folder: string; store: "sqlite" | "postgres" }): Promise<Place> {
  const { folder } = options;
  const home = openHome(join(folder, "client"));
  const postgres =
    options.store === "postgres"
      ? await startPrivatePostgres({ folder: join(folder, "postgres") })
      : undefined;
  const ports = (await keptPorts(folder)) ?? (await newPorts());
  await writeFile(join(folder, "ports.json"), `${JSON.stringify(ports)}\n`);
  const testnet = await startTestnet({
    names: ["alpha", "beta"],
    wire: "sockets",
    folder,
    ports,
    pages: Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, port + pageStep])),
    settings: { web: usualFolder },
    ...(postgres && { database: (name) => postgres.database(name) }),
  }).catch(async (error: unknown) => {
    await postgres?.stop();
    throw explainPort(folder, Object.values(ports), error);
  });
  const close = async () => {
    await testnet.close();
    await postgres?.stop();
  };
  try {
    const alpha = testnet.node("alpha");
    const beta = testnet.node("beta");
    if (alpha.caPem !== undefined) await home.trust(alpha.caPem);
    const platform = await home.platform();
    return {
      alpha,
      beta,
      alice: await openPerson(platform, alpha, { name: "alice", called: "Alice Arden" }, home),
      bob: await openPerson(platform, beta, { name: "bob", called: "Bob Berger" }, home),
      clientFolder: home.folder,
      caPath: home.caPath,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Signs the person in, with an invitation and keys first when there is no such account yet. Throws DemoFailure. */
async function openPerson(
  platform: Platform,
  node: TestNode,
  { name, called }: { name: string; called: string },
  home: Home,
): Promise<Person> {
  const address = `${name}@${node.host}`;
  const password = `${name} on ${node.name}`;
  const keeper = home.keeper(address);
  const device = "the demo";
  const operator = openOperator(platform, await readOperatorFile(node.folder));
  const known = await isRegistered(operator, name);
  if (known) {
    const session = await login(platform, { address, password }, { keeper, device });
    if ((await session.keys.find()) !== undefined) return { address, password, session };
    throw new DemoFailure(
      `${address} was made before there were keys. Choose another folder with --data, or remove this one.`,
    );
  }
  const invite = await createInvite(operator, { name });
  const { session } = await register(platform, { invite: invite.url, password }, { keeper, device });
  await changeOwnName(session, called);
  return { address, password, session };
}

async function isRegistered(operator: Api, name: string): Promise<boolean> {
  for await (const account of eachAccount(operator)) if (account.name === name) return true;
  return false;
}

/** The ports of an earlier run on the same data, because they are part of the addresses. Throws DemoFailure. */
async function keptPorts(folder: string): Promise<Record<string, number> | undefined> {
  const path = join(folder, "ports.json");
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const ports = findPorts(text);
  if (ports !== undefined) return ports;
  throw new DemoFailure(`${path} is damaged. Choose another folder with --data, or remove this one.`);
}

function findPorts(text: string): Record<string, number> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const entries: [string, unknown][] =
      typeof value === "object" && value !== null ? Object.entries(value) : [];
    const ports = entries.filter((entry): entry is [string, number] => typeof entry[1] === "number");
    return ports.length === Object.keys(usualPorts).length ? Object.fromEntries(ports) : undefined;
  } catch {
    return undefined;
  }
}

/** For new data the usual ports, or where another demo has them, two that are free. */
async function newPorts(): Promise<Record<string, number>> {
  const ports = Object.values(usualPorts);
  const areFree = await Promise.all(ports.map(isFree));
  if (areFree.every((free) => free)) return { ...usualPorts };
  return { alpha: await freePort(), beta: await freePort() };
}
