/** Sender/get and Sender/set (§85): whom the account takes mail from. An id is an address, `*@host`, or `*@*` for everybody. */
import { capabilities } from "@posthorn/protocol";
import { Type } from "typebox";
import { type Decided, decideSender, findSenderId, listDecided, readDecided } from "../../objects/senders.ts";
import { isStateOf, readState } from "../../objects/states.ts";
import type { Store } from "../../store/sql.ts";
import { closed, noMore } from "./arguments.ts";
import { shortTime } from "./email-view.ts";
import { getMethod } from "./get.ts";
import { holdingAccount } from "./hold-account.ts";
import { type Methods, refuseObject } from "./method.ts";
import { setMethod } from "./set.ts";

export interface SenderContext {
  store: Store;
}

const capability = capabilities.posthorn;
const StateSchema = Type.Enum(["accepted", "blocked", "undecided"]);

export function senderMethods({ store }: SenderContext): Methods {
  return {
    "Sender/get": getMethod({
      capability,
      scope: "read",
      more: noMore,
      properties: ["id", "state", "askedAt"],
      state: ({ caller }) => readState(store.read, caller.accountId),
      async list({ caller: { accountId } }, { ids, limit }) {
        // One fewer than `limit` is what one answer holds.
        if (ids === undefined) return (await listDecided(store.read, accountId, limit - 1)).map(senderView);
        // Under the ids by which they were asked for, as one that is written otherwise names the same.
        const named = new Map(ids.map((id) => [id, findSenderId(id)]));
        const wanted = [...new Set([...named.values()].filter((id) => id !== undefined))];
        const found = new Map((await readDecided(store.read, accountId, wanted)).map((one) => [one.id, one]));
        return [...named].flatMap(([id, kept]) => {
          const decided = kept === undefined ? undefined : found.get(kept);
          return decided === undefined ? [] : [{ ...senderView(decided), id }];
        });
      },
    }),
    "Sender/set": setMethod({
      capability,
      scope: "draft",
      more: noMore,
      write: holdingAccount(store),
      state: ({ tx, caller }) => readState(tx, caller.accountId),
      isState: ({ tx, caller }, state) => isStateOf(tx, caller.accountId, ["Sender"], state),
      async find({ tx, caller }, id) {
        const kept = findSenderId(id);
        return kept === undefined ? undefined : (await readDecided(tx, caller.accountId, [kept]))[0];
      },
      update: {
        schema: Type.Object({ state: Type.Optional(StateSchema) }, closed),
        view: senderView,
        defaults: { state: "undecided" },
        async run({ tx, caller }, decided, { state }) {
          if (state === undefined) return null;
          if (decided.id === "*@*" && state === "blocked") {
            const sentence =
              "Strangers can wait or come in. To block somebody name an address, or a host as *@example.com.";
            refuseObject("invalidProperties", sentence, { properties: ["state"] });
          }
          await decideSender(tx, caller.accountId, decided, state);
          return null;
        },
      },
    }),
  };
}

function senderView({ id, state, askedAt }: Decided) {
  return { id, state, askedAt: askedAt === undefined ? null : shortTime(askedAt) };
}
