/** Sender/get, /changes and /set (§85.44): whom the account takes mail from. */
import { capabilities, SenderStateSchema } from "@posthorn/protocol";
import { Type } from "typebox";
import type { Clock } from "../../env/env.ts";
import {
  type Decided,
  decideSender,
  hasRoomForDecision,
  listDecided,
  mostDecided,
  readDecided,
} from "../../objects/senders.ts";
import { isStateOf, readState } from "../../objects/states.ts";
import { isKnownState, listChanges } from "../../store/change-store.ts";
import type { Db, Store } from "../../store/sql.ts";
import { closed, noMore } from "./arguments.ts";
import { changesMethod, type TypeChange } from "./changes.ts";
import { shortTime } from "./email-view.ts";
import { getMethod } from "./get.ts";
import { holdingAccount } from "./hold-account.ts";
import { type Methods, refuseObject } from "./method.ts";
import { addressesOf, senderIdOf } from "./sender-ids.ts";
import { setMethod } from "./set.ts";

export interface SenderContext {
  store: Store;
  clock: Clock;
}

const capability = capabilities.posthorn;

export function senderMethods(ctx: SenderContext): Methods {
  return { "Sender/get": get(ctx), "Sender/changes": changes(ctx), "Sender/set": set(ctx) };
}

function get({ store }: SenderContext) {
  return getMethod({
    capability,
    scope: "read",
    more: noMore,
    properties: ["id", "address", "state", "askedAt", "decidedAt"],
    state: ({ caller }) => readState(store.read, caller.accountId),
    async list({ caller: { accountId } }, { ids, limit }) {
      // One fewer than `limit` is what one answer holds.
      if (ids === undefined) return (await listDecided(store.read, accountId, limit - 1)).map(senderView);
      return (await readSenders(store.read, accountId, ids)).map(senderView);
    },
  });
}

async function readSenders(db: Db, accountId: number, ids: readonly string[]): Promise<Decided[]> {
  const named = await addressesOf(db, accountId, ids);
  return readDecided(db, accountId, [...named.values()]);
}

function changes({ store }: SenderContext) {
  return changesMethod({
    capability,
    scope: "read",
    more: noMore,
    state: ({ caller }) => readState(store.read, caller.accountId),
    list: ({ caller }, { since, limit }) => listSenderChanges(store.read, caller.accountId, since, limit),
  });
}

/** The first `limit` since a state, in order; undefined when those of that time are no longer known. */
export async function listSenderChanges(
  db: Db,
  accountId: number,
  since: number,
  limit: number,
): Promise<TypeChange[] | undefined> {
  if (!(await isKnownState(db, accountId, since))) return undefined;
  const found = await listChanges(db, accountId, "Sender", since, limit);
  return found.map(({ state, change, conversation = "" }) => ({
    state,
    change,
    id: senderIdOf(conversation),
  }));
}

function set({ store, clock }: SenderContext) {
  return setMethod({
    capability,
    scope: "draft",
    more: noMore,
    write: holdingAccount(store),
    state: ({ tx, caller }) => readState(tx, caller.accountId),
    isState: ({ tx, caller }, state) => isStateOf(tx, caller.accountId, ["Sender"], state),
    find: async ({ tx, caller }, id) => (await readSenders(tx, caller.accountId, [id]))[0],
    update: {
      schema: Type.Object({ state: Type.Optional(SenderStateSchema) }, closed),
      view: senderView,
      defaults: { state: "undecided" },
      async run({ tx, caller }, decided, { state }) {
        if (state === undefined) return null;
        if (decided.address === "*@*" && state === "blocked") {
          const sentence =
            "Strangers can wait or come in. To block somebody name an address, or a host as *@example.com.";
          refuseObject("invalidProperties", sentence, { properties: ["state"] });
        }
        const isNew = decided.decidedAt === undefined && decided.address !== "*@*" && state !== "undecided";
        if (isNew && !(await hasRoomForDecision(tx, caller.accountId))) {
          refuseObject(
            "overQuota",
            `An account decides of ${mostDecided} people and hosts at most. Take back what is of no use, or name whole hosts.`,
          );
        }
        await decideSender(tx, caller.accountId, decided, state, clock.now());
        const [after = decided] = await readDecided(tx, caller.accountId, [decided.address]);
        return { decidedAt: senderView(after).decidedAt };
      },
    },
  });
}

function senderView({ address, state, askedAt, decidedAt }: Decided) {
  return { id: senderIdOf(address), address, state, askedAt: timeOf(askedAt), decidedAt: timeOf(decidedAt) };
}

function timeOf(instant: number | undefined): string | null {
  return instant === undefined ? null : shortTime(instant);
}
