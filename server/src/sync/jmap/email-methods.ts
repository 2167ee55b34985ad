/** The methods of Email that read and write mail (RFC 8621 §4.2, §4.3, §4.6 to §4.8). */
import { capabilities } from "@posthorn/protocol";
import type { Store } from "../../store/sql.ts";
import { copyMethod } from "./copy.ts";
import { emailChanges } from "./email-changes.ts";
import { emailSet } from "./email-set.ts";
import type { Methods } from "./method.ts";

export interface EmailContext {
  store: Store;
}

export function emailMethods({ store }: EmailContext): Methods {
  return {
    "Email/changes": emailChanges(store),
    "Email/set": emailSet(store),
    "Email/copy": copyMethod({ capability: capabilities.mail, scope: "draft" }),
  };
}
