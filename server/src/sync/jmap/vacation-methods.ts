/** VacationResponse/get and /set (RFC 8621 §8.1, §8.2): what is answered in the owner's absence. */
import { capabilities } from "@posthorn/protocol";
import { Type } from "typebox";
import { isStateOf, readState } from "../../objects/states.ts";
import {
  changeVacation,
  noVacation,
  readVacation,
  type Vacation,
  vacationFields,
} from "../../objects/vacation.ts";
import { findInstant } from "../../rfc5322/dates.ts";
import type { Store } from "../../store/sql.ts";
import { closed, noMore } from "./arguments.ts";
import { shortTime } from "./email-view.ts";
import { getMethod } from "./get.ts";
import { holdingAccount } from "./hold-account.ts";
import { type Methods, refuseObject } from "./method.ts";
import { setMethod } from "./set.ts";

export interface VacationContext {
  store: Store;
}

const capability = capabilities.vacation;
const id = "singleton";
const { fromDate: _, toDate: __, ...others } = vacationFields;
const date = Type.Union([Type.String({ maxLength: 100 }), Type.Null()]);
const Update = Type.Partial(Type.Object({ ...others, fromDate: date, toDate: date }), closed);

export function vacationMethods({ store }: VacationContext): Methods {
  return {
    "VacationResponse/get": getMethod({
      capability,
      scope: "read",
      more: noMore,
      properties: ["id", "isEnabled", "fromDate", "toDate", "subject", "textBody", "htmlBody"],
      state: ({ caller }) => readState(store.read, caller.accountId),
      async list({ caller }, { ids }) {
        if (ids?.includes(id) === false) return [];
        return [vacationView(await readVacation(store.read, caller.accountId))];
      },
    }),
    "VacationResponse/set": setMethod({
      capability,
      // What is answered is sent in the owner's name.
      scope: "send",
      more: noMore,
      write: holdingAccount(store),
      isSingleton: true,
      state: ({ tx, caller }) => readState(tx, caller.accountId),
      isState: ({ tx, caller }, state) => isStateOf(tx, caller.accountId, ["VacationResponse"], state),
      find: async ({ tx, caller }, asked) => (asked === id ? readVacation(tx, caller.accountId) : undefined),
      update: {
        schema: Update,
        view: vacationView,
        defaults: { isEnabled: false },
        async run({ tx, caller }, vacation, { fromDate, toDate, ...change }) {
          const dates = {
            fromDate: fromDate === undefined ? vacation.fromDate : readDate("fromDate", fromDate),
            toDate: toDate === undefined ? vacation.toDate : readDate("toDate", toDate),
          };
          await changeVacation(tx, caller.accountId, { ...noVacation, ...vacation, ...change, ...dates });
          return null;
        },
      },
    }),
  };
}

/** Throws SetFailure for what is no date. */
function readDate(name: "fromDate" | "toDate", text: string | null): number | null {
  if (text === null) return null;
  const sentence = `“${name}” is a time such as 2027-01-15T08:00:00Z.`;
  return findInstant(text) ?? refuseObject("invalidProperties", sentence, { properties: [name] });
}

function vacationView({ fromDate, toDate, ...rest }: Vacation) {
  return {
    id,
    ...rest,
    fromDate: fromDate === null ? null : shortTime(fromDate),
    toDate: toDate === null ? null : shortTime(toDate),
  };
}
