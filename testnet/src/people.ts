import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type AccountMode,
  type Api,
  changeOwnName,
  createInvite,
  eachMessage,
  getMailbox,
  login,
  markCompared,
  memoryKeeper,
  type Opened,
  openOperator,
  openStored,
  type Platform,
  prepare,
  readSafetyNumber,
  register,
  replaceIdentity,
  replacePhrase,
  type Session,
  send,
  type TokenKeeper,
} from "@posthorn/client";
import type { MessageMeta, Wire } from "@posthorn/protocol";
import type { TestNode, Testnet } from "./testnet.ts";

/** Somebody with an account of their own and a device. */
export interface TestPerson {
  address: string;
  /** What they call themselves. */
  called?: string | undefined;
  password: string;
  /** What the sign-up has shown once; empty for an open account. */
  recoveryPhrase: string;
  session: Session;
  keeper: TokenKeeper;
}

/** Registers somebody by invitation, as a person does; `called` is what they call themselves. */
export async function joinAs(
  net: Testnet,
  node: TestNode,
  name: string,
  options: { mode?: AccountMode; platform?: Platform; device?: string; called?: string } = {},
): Promise<TestPerson> {
  const { mode = "sealed", platform = net.platform, device = "the first", called } = options;
  const { url } = await inviteTo(net, node, name);
  const password = `${name} on ${node.name}`;
  const keeper = memoryKeeper();
  const { session, recoveryPhrase = "" } = await register(
    platform,
    { invite: url, password, mode },
    { keeper, device },
  );
  if (called !== undefined) await changeOwnName(session, called);
  return { address: session.address, called, password, recoveryPhrase, session, keeper };
}

/** Invites somebody, as whoever runs the server does. */
export async function inviteTo(net: Testnet, node: TestNode, name: string): Promise<{ url: string }> {
  return createInvite(await operatorOf(net, node), { name });
}

/** The server as whoever runs it calls it. */
export async function operatorOf(net: Testnet, node: TestNode): Promise<Api> {
  return openOperator(net.platform, JSON.parse(await readFile(join(node.folder, "operator.json"), "utf8")));
}

/** Writes a letter from one to another, and gives its id. */
export async function writeAs(
  from: TestPerson,
  to: Pick<TestPerson, "address">,
  subject: string,
  body = "As I said.",
): Promise<string> {
  const draft = { from: from.address, to: [to.address], subject, body };
  const { message } = await prepare(from.session, draft);
  await send(from.session, message);
  return message.id;
}

/** The same person at another device, which knows the address and the password only. */
export function newDevice(platform: Platform, { address, password }: TestPerson): Promise<Session> {
  return login(platform, { address, password }, { device: "another" });
}

/** What is known of a message of Posthorn. */
export interface WireMeta extends MessageMeta {
  wire: Wire;
}

/** Throws for standard mail. */
function onWire(meta: MessageMeta): WireMeta {
  const { wire } = meta;
  if (wire === null) throw new Error(`${meta.id} is standard mail`);
  return { ...meta, wire };
}

/** The newest of a mailbox; throws when there is none. */
export async function newest(session: Session, role = "inbox"): Promise<WireMeta> {
  const { id } = await getMailbox(session, role);
  for await (const meta of eachMessage(session, { mailbox: id })) return onWire(meta);
  throw new Error(`${session.address} has nothing in ${role}`);
}

/** The newest of a mailbox, opened. */
export async function openNewest(session: Session, role = "inbox"): Promise<Opened> {
  return openStored(session, (await newest(session, role)).id);
}

/** Makes the identity anew, and answers the phrase that was shown before it was. */
export async function beginAnew(
  session: Session,
  passwords: { current: string; next: string },
): Promise<string> {
  let shown = "";
  await replaceIdentity(session, {
    ...passwords,
    onPhrase: async (phrase) => {
      shown = phrase;
    },
  });
  return shown;
}

/** Puts another phrase in the place of the one there is, and answers it. */
export async function anotherPhrase(session: Session): Promise<string> {
  let shown = "";
  await replacePhrase(session, async (phrase) => {
    shown = phrase;
  });
  return shown;
}

/** Marks somebody as compared, by the number that is shown. */
export async function haveCompared(session: Session, address: string): Promise<void> {
  await markCompared(session, address, (await readSafetyNumber(session, address)).safetyNumber);
}
