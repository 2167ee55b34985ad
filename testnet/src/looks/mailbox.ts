/** A mailbox as somebody might have it: people, conversations, files, labels, strangers, and letters on their way. */

import {
  bytesSource,
  callMethod,
  changeAccount,
  createInvite,
  decideSender,
  eachMessage,
  getMailbox,
  markMessage,
  openStored,
  prepare,
  type Session,
  send,
  uploadSealedFile,
  withName,
} from "@posthorn/client";
import { formatTime, shape, uuidV7 } from "@posthorn/protocol";
import { Type } from "typebox";
import { keepDraft } from "../own-records.ts";
import { haveCompared, inviteTo, joinAs, operatorOf, type TestPerson } from "../people.ts";
import type { Testnet } from "../testnet.ts";
import {
  beganLetter,
  closed,
  forLater,
  type Letter,
  labels,
  letters,
  people,
  starred,
  strangers,
  thrownAway,
  unread,
  type Who,
} from "./letters.ts";
import { away, home, type Wall } from "./stage.ts";

export interface Seeded {
  /** Whose mailbox it is; an operator too. */
  owner: TestPerson;
  /** Who has an account and nothing in it. */
  newcomer: TestPerson;
  /** Whom the owner has compared numbers with. */
  compared: TestPerson;
  /** Of an invitation that nobody has taken. */
  invitation(): Promise<string>;
  /** The path by which somebody sets the server up. */
  setupPath(): Promise<string>;
}

type Draft = Pick<Letter, "subject" | "body" | "files"> & { thread?: string };

/** Fills the servers of `home` and `away`, letting the days of the letters pass. */
export async function seedMailbox(net: Testnet, wall: Wall): Promise<Seeded> {
  const [here, there] = [net.node(home), net.node(away)];
  const joined = new Map<Who, TestPerson>();
  for (const [who, { user, called, isHome }] of Object.entries(people)) {
    if (isWho(who))
      joined.set(who, await joinAs(net, isHome ? here : there, user, { called, device: "Firefox on macOS" }));
  }
  const of = (who: Who): TestPerson => {
    const person = joined.get(who);
    if (person === undefined) throw new Error(`${who} has no account`);
    return person;
  };
  const owner = of("ines");
  const newcomer = await joinAs(net, here, "theo.brandt", { called: "Theo Brandt" });
  await changeAccount(await operatorOf(net, here), people.ines.user, { operator: true });
  for (const [who, { session, address }] of joined) {
    if (who === "ines") continue;
    await decideSender(owner.session, address, "accepted");
    await decideSender(session, owner.address, "accepted");
  }

  const newId = () => uuidV7(net.clock.now(), net.platform.randomBytes(16));
  const write = async ({ session, address, called }: TestPerson, to: readonly string[], draft: Draft) => {
    const { files = [], ...text } = draft;
    const id = newId();
    const uploaded = await Promise.all(
      files.map(({ name, type, bytes }, place) =>
        uploadSealedFile(session, bytesSource(bytes), {
          messageId: id,
          place,
          filename: name,
          mimeType: type,
        }),
      ),
    );
    const whole = { ...text, id, from: address, to: [...to], bodyType: "text/markdown" as const };
    const named = withName(whole, called);
    await send(session, (await prepare(session, named, { files: uploaded })).message);
    await net.settle();
  };

  const { user: closedUser } = people[closed];
  net.faults.add(({ from, path }) =>
    from === home && path === `/email/keys/${closedUser}` ? { kind: "fail", failure: "connect" } : undefined,
  );
  const threads = new Map<string, string>();
  for (const { from, to = ["ines"] as const, daysAgo, at, thread, ...draft } of letters) {
    await wall.moveTo(daysAgo, at);
    if (thread !== undefined && !threads.has(thread)) threads.set(thread, newId());
    const id = thread === undefined ? undefined : threads.get(thread);
    const addresses = to.map((who) => of(who).address);
    await write(of(from), addresses, { ...draft, ...(id === undefined ? {} : { thread: id }) });
  }
  for (const { user, called, at, ...draft } of strangers) {
    const stranger = await joinAs(net, there, user, { called });
    await wall.moveTo(0, at);
    await write(stranger, [owner.address], draft);
  }
  await putInOrder(owner.session, wall.msOf(-3, "8:00"));
  const compared = of("marta");
  await haveCompared(owner.session, compared.address);
  await keepDraft(owner.session, { ...beganLetter, from: owner.address, to: [of("oskar").address] });
  // One letter is still on its way.
  net.faults.add(({ from, path }) =>
    from === home && path === "/email/receive" ? { kind: "fail", failure: "connect" } : undefined,
  );
  await write(owner, [of("jonas").address], {
    subject: "Lunch on the ferry",
    body: "Gladly. I bring the bread.",
  });
  await wall.follow();

  const invited = ["lena.moser", "felix.ott", "clara.weiss", "emil.frank"];
  return {
    owner,
    newcomer,
    compared,
    async setupPath() {
      const { token } = await createInvite(await operatorOf(net, here), { operator: true });
      return `/setup#${token}`;
    },
    invitation: async () => (await inviteTo(net, here, invited.shift() ?? "someone")).url,
  };
}

/** What the owner has made of it: labels, stars, what was read, thrown away, or is for later. */
async function putInOrder(session: Session, laterMs: number): Promise<void> {
  const labelIds = new Map<string, string>();
  for (const name of Object.keys(labels)) {
    const { created } = await callMethod(
      session,
      { method: "Mailbox/set", arguments: { create: { label: { name, parentId: null } } } },
      setAnswer,
    );
    labelIds.set(name, created.label.id);
  }
  const [inbox, trash, snoozed] = [
    await getMailbox(session, "inbox"),
    await getMailbox(session, "trash"),
    await getMailbox(session, "snoozed"),
  ];
  const outOfInbox = (id: string) => ({ [`mailboxIds/${inbox.id}`]: null, [`mailboxIds/${id}`]: true });
  const newer = new Set<string>();
  for await (const meta of eachMessage(session)) {
    const subject = await subjectOf(session, meta.id);
    const names = Object.keys(labels).filter((name) => labels[name]?.includes(subject));
    for (const name of names) {
      const update = { [meta.id]: { [`mailboxIds/${labelIds.get(name)}`]: true } };
      await callMethod(session, { method: "Email/set", arguments: { update } }, setAnswer);
    }
    if (!unread.includes(subject) || newer.has(subject)) await markMessage(session, meta.id, { $seen: true });
    if (thrownAway.includes(subject)) await place(session, meta.id, outOfInbox(trash.id));
    if (forLater.includes(subject)) {
      const snoozedUntil = formatTime(laterMs);
      await place(session, meta.id, { ...outOfInbox(snoozed.id), snoozedUntil });
    }
    if (starred.includes(subject)) await markMessage(session, meta.id, { $flagged: true });
    newer.add(subject);
  }
}

async function place(session: Session, id: string, to: object): Promise<void> {
  await callMethod(session, { method: "Email/set", arguments: { update: { [id]: to } } }, setAnswer);
}

const setAnswer = shape(
  Type.Object({ created: Type.Optional(Type.Any()), updated: Type.Optional(Type.Any()) }),
);

/** Empty for what cannot be opened. */
async function subjectOf(session: Session, id: string): Promise<string> {
  const opened = await openStored(session, id).catch(() => undefined);
  const subject: unknown = opened === undefined ? undefined : Reflect.get(opened.message, "subject");
  return typeof subject === "string" ? subject : "";
}

function isWho(name: string): name is Who {
  return Object.hasOwn(people, name);
}
