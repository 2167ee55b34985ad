/** What goes out beside the mail: people, what somebody has set and begun to write, and their keys. */
import {
  type Compared,
  listCompared,
  listDrafts,
  listIdentities,
  listRules,
  listSenders,
  readAbsence,
  readNames,
  readSettings,
} from "@posthorn/client";
import type { CardPerson } from "@posthorn/client/transfer";
import type { Sender } from "@posthorn/protocol";
import type { Desk } from "./desk.ts";
import { listPeople } from "./people.ts";

/** What there is to go out. */
export interface ExportPlan {
  mails: number;
  people: number;
  drafts: number;
  /** False for an account without keys, which keeps nothing sealed. */
  isSealed: boolean;
}

export async function readExportPlan(desk: Desk): Promise<ExportPlan> {
  const { mail, map } = desk;
  await map.whole;
  const isSealed = (await mail.session.keys.findRootSecret()) !== undefined;
  return {
    mails: [...map.all()].filter(({ isMail }) => isMail).length,
    people: (await listPeople(desk)).length,
    drafts: isSealed ? (await listDrafts(mail)).drafts.length : 0,
    isSealed,
  };
}

/** A file of the export, as it is written when its turn comes. */
export interface BesideFile {
  name: string;
  /** Throws what a call throws. */
  text(): Promise<string>;
}

export function besideFiles(desk: Desk, { withKeys }: { withKeys: boolean }): BesideFile[] {
  const { mail } = desk;
  const own = async () => (await mail.session.keys.findRootSecret()) !== undefined;
  return [
    { name: "contacts.vcf", text: () => writeContacts(desk) },
    { name: "settings.json", text: async () => pretty(await readSet(desk, await own())) },
    { name: "drafts.json", text: async () => pretty((await own()) ? (await listDrafts(mail)).drafts : []) },
    ...(withKeys ? [{ name: "keys.json", text: async () => pretty(await readKeys(desk)) }] : []),
  ];
}

function pretty(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

async function readSet({ mail, signal }: Desk, isSealed: boolean): Promise<object> {
  const { session } = mail;
  const [identities, rules, absence, senders] = await Promise.all([
    listIdentities(session, { signal }),
    listRules(session, { signal }),
    readAbsence(session, { signal }),
    listSenders(session, { signal }),
  ]);
  // Templates are among the settings.
  const settings = isSealed ? await readSettings(mail) : {};
  return { address: session.address, settings, identities, rules, absence, senders };
}

async function writeContacts(desk: Desk): Promise<string> {
  const { writeVcards } = await import("@posthorn/client/transfer");
  const { session } = desk.mail;
  const senders = await listSenders(session, { signal: desk.signal });
  const isSealed = (await session.keys.findRootSecret()) !== undefined;
  const compared = isSealed ? await listCompared(session) : [];
  const names = await readNames(desk.mail);
  const people = new Map<string, CardPerson>();
  for (const { address, name } of await listPeople(desk)) people.set(address, { address, name });
  for (const address of [...senders.filter(isOfPerson), ...compared].map((one) => one.address)) {
    if (!people.has(address)) people.set(address, { address, name: names.find(address) });
  }
  return writeVcards([...people.values()].map((person) => withStanding(person, senders, compared)));
}

/** Of whom somebody has decided, and not of a server. */
function isOfPerson({ address, state }: Sender): boolean {
  return !address.startsWith("*@") && (state === "accepted" || state === "blocked");
}

function withStanding(
  person: CardPerson,
  senders: readonly Sender[],
  compared: readonly Compared[],
): CardPerson {
  const state = senders.find(({ address }) => address === person.address)?.state;
  const standing = state === "accepted" || state === "blocked" ? state : undefined;
  const isVerified = compared.some(({ address, isChanged }) => address === person.address && !isChanged);
  return { ...person, standing, isVerified };
}

/**
 * The account's secrets as its server keeps them: wrapped. The recovery phrase opens them and nothing else does, for the wrap
 * of the password is left out, which needs the server.
 */
async function readKeys({ mail }: Desk): Promise<object> {
  const { session } = mail;
  const { statements, recovery, epochs } = await session.call("secrets", {});
  const { former } = await session.call("formerKeys", {});
  return {
    format: "posthorn-keys-1",
    about:
      "The keys of this account, wrapped by its recovery phrase. With the phrase, and with nothing else, they open what was sealed to this address, wherever it is kept. Without it they open nothing.",
    address: session.address,
    statements,
    recovery,
    epochs,
    former,
  };
}
