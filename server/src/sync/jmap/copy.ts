import type { Scope } from "@posthorn/protocol";
import { Type } from "typebox";
import { IdSchema, readArguments, requireAccount } from "./arguments.ts";
import { type Method, refuseCall } from "./method.ts";

const Base = Type.Object({ fromAccountId: IdSchema, accountId: IdSchema });

/**
 * A /copy (RFC 8620 §5.4, §6.3). Copies go from one account to another, and a caller has one; so each is refused, by the
 * reason that the RFC has for it. What would be copied is not looked at.
 */
export function copyMethod(type: { capability: string; scope: Scope }): Method {
  return {
    ...type,
    async run(call, args) {
      const { fromAccountId, accountId } = readArguments(Base, args);
      requireAccount(call, accountId);
      if (fromAccountId === accountId) {
        refuseCall(
          "invalidArguments",
          "“fromAccountId” and “accountId” are the same. A copy goes to another account.",
        );
      }
      return refuseCall("fromAccountNotFound", "There is no such account for this sign-in to copy from.");
    },
  };
}
