/** Setting a new server up: how the world reaches it, and one message that goes all the way. */
import {
  eachMessage,
  getMailbox,
  openStored,
  prepare,
  readReach,
  type Session,
  send,
  viewSetup,
  waitUntilSettled,
} from "@posthorn/client";
import { fail, ProblemError, type Reach } from "@posthorn/protocol";
import type { Desk, Room } from "./desk.ts";
import { inviteOf } from "./sign-in.ts";

export interface SetupState {
  reach: Reach;
  /** Null while nobody has set the server up with this link. */
  address: string | null;
}

/** Asked with the link's token until the account is there, and as the operator from then on. */
export async function readSetup(room: Room, { token }: { token: string }): Promise<SetupState> {
  await room.resumed;
  const desk = room.desk();
  try {
    if (token === "") return await asOperator(desk);
    const invite = await inviteOf(room.platform, token);
    return { reach: await viewSetup(room.platform, invite), address: null };
  } catch (error) {
    const isOver = error instanceof ProblemError && /^(?:gone|notFound)$/.test(error.problem.code);
    if (isOver && desk !== undefined && token !== "") return asOperator(desk);
    throw error;
  }
}

async function asOperator(desk: Desk | undefined): Promise<SetupState> {
  if (desk === undefined)
    return fail("notFound", "This address sets nothing up: the link that the server has printed is longer.");
  const { session } = desk.mail;
  return { reach: await readReach(session), address: session.address };
}

/** Where a test message has been, and how long after the beginning that was. */
export interface Hop {
  hop: "sealed" | "taken" | "delivered" | "opened";
  afterMs: number;
}

const hopsOf = new WeakMap<Desk, readonly Hop[]>();
const patienceMs = 30_000;
const pauseMs = 100;
/** It is the newest, or near that. */
const newestLooked = 20;

export function readHops(desk: Desk): readonly Hop[] {
  return hopsOf.get(desk) ?? [];
}

/** Writes to oneself, through the queue and back; each hop is told of as it is made. Throws ProblemError. */
export async function liveTest(
  desk: Desk,
  { subject, body }: { subject: string; body: string },
  onHop: () => void,
): Promise<void> {
  const { session } = desk.mail;
  const { clock } = session.platform;
  const beganAtMs = clock.now();
  const made = (hop: Hop["hop"] | undefined) => {
    const before = hop === undefined ? [] : readHops(desk);
    hopsOf.set(desk, hop === undefined ? [] : [...before, { hop, afterMs: clock.now() - beganAtMs }]);
    onHop();
  };
  made(undefined);
  const { address } = session;
  const { message } = await prepare(session, { from: address, to: [address], subject, body });
  made("sealed");
  await send(session, message);
  made("taken");
  const { recipients } = await waitUntilSettled(session, message.id, { timeoutMs: patienceMs });
  const [own] = recipients;
  if (own?.status !== "delivered") {
    fail("unavailable", own?.problem?.detail ?? "It was not delivered in half a minute. Look at the queue.");
  }
  made("delivered");
  await openArrived(session, message.id);
  made("opened");
}

async function openArrived(session: Session, messageId: string): Promise<void> {
  const { clock } = session.platform;
  const untilMs = clock.now() + patienceMs;
  const inbox = await getMailbox(session, "inbox");
  while (clock.now() < untilMs) {
    let seen = 0;
    for await (const { id, wire } of eachMessage(session, { mailbox: inbox.id })) {
      if (wire?.id === messageId) {
        await openStored(session, id);
        return;
      }
      if (++seen === newestLooked) break;
    }
    await clock.sleep(pauseMs);
  }
  fail("unavailable", "It was delivered, but is not in the inbox. Load the page again.");
}
