/** Whom the evil server lies to: a person with an account on it, and what such a person does to see whether all is well. */
import { prepare, resume, type Session } from "@posthorn/client";
import type { SignedStatement } from "@posthorn/crypto";
import { answering, type EvilServer, evilServer, type Lie } from "../../src/evil-server.ts";
import { joinAs, type TestPerson } from "../../src/people.ts";
import { startTestnet, type Testnet } from "../../src/testnet.ts";

export interface Victim {
  net: Testnet;
  evil: EvilServer;
  alice: TestPerson;
  /** Alice's device, started anew: it knows what it has kept and asks for all else. */
  started(): Promise<Session>;
}

/** Alice at alpha, whose server can lie, and beta, where others are. */
export async function victim(): Promise<Victim> {
  const net = await startTestnet({ names: ["alpha", "beta"], wire: "memory" });
  const evil = evilServer(net.platform);
  const alice = await joinAs(net, net.node("alpha"), "alice", { platform: evil.platform });
  return { net, evil, alice, started: () => startedAgain(evil, alice) };
}

export async function startedAgain({ platform }: EvilServer, { keeper }: TestPerson): Promise<Session> {
  const session = await resume(platform, keeper);
  if (session === undefined) throw new Error("nothing was kept");
  return session;
}

/**
 * Writes a letter and answers which key of the recipient it is sealed to; undefined for one in the open, to which the
 * person has agreed, should there be no keys.
 */
export async function sealsTo(
  session: Session,
  { address }: { address: string },
): Promise<string | undefined> {
  const draft = { from: session.address, to: [address], subject: "Plans" };
  const { message } = await prepare(session, draft, { mayGoInTheOpen: true });
  const seal = "seal" in message ? message.seal : undefined;
  return seal?.recipients.find((recipient) => recipient.address === address)?.keyId;
}

/** Shows this chain in the place of an account's own, which it may call closed as well. */
export function showing(
  { address }: { address: string },
  chain: readonly SignedStatement[],
  closing: { closing?: true } = {},
): Lie {
  return answering("lookUpKeys", (value, params) =>
    params.address === address ? { statements: chain, ...closing } : value,
  );
}
