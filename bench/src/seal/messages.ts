/** One message sealed to few and to many, and opened by one of them. */
import type { Plan } from "../plan.ts";
import { type Contender, enter, type Rates, ratesOf, ratiosOf, takeTurns, warmUp } from "./contender.ts";
import { openPgpMessage } from "./openpgp-message.ts";
import { posthornMessage } from "./posthorn-message.ts";
import { primitivesMessage } from "./primitives-message.ts";
import { randomBytes } from "./random-bytes.ts";

/** Rates are messages per second. */
export interface Messages {
  recipients: number;
  posthorn: Rates;
  primitives: Rates;
  openPgp: Rates;
  toPrimitives: Rates;
  toOpenPgp: Rates;
}

interface Group {
  recipients: number;
  posthorn: Contender;
  primitives: Contender;
  openPgp: Contender;
}

export async function measureMessages({ letterBytes, seal }: Plan): Promise<Messages[]> {
  const { recipients, rounds, turnMs } = seal.messages;
  const payload = randomBytes(letterBytes);
  const groups = await Promise.all(recipients.map((count) => enterGroup(payload, count)));
  for (const group of groups) await warmUp(contendersOf(group), turnMs);
  for (let round = 0; round < rounds; round++) {
    for (const group of groups) await takeTurns(contendersOf(group), turnMs);
  }
  return groups.map(({ recipients, posthorn, primitives, openPgp }) => ({
    recipients,
    posthorn: ratesOf(posthorn),
    primitives: ratesOf(primitives),
    openPgp: ratesOf(openPgp),
    toPrimitives: ratiosOf(posthorn, primitives),
    toOpenPgp: ratiosOf(posthorn, openPgp),
  }));
}

async function enterGroup(payload: Uint8Array, recipients: number): Promise<Group> {
  return {
    recipients,
    posthorn: enter(await posthornMessage(payload, recipients)),
    primitives: enter(await primitivesMessage(payload.length, recipients)),
    openPgp: enter(await openPgpMessage(payload, recipients)),
  };
}

function contendersOf({ posthorn, primitives, openPgp }: Group): Contender[] {
  return [posthorn, primitives, openPgp];
}
