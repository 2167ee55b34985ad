/** The methods of Email that read and write mail (RFC 8621 §4.2, §4.3, §4.6 to §4.8). */
import { capabilities } from "@posthorn/protocol";
import { copyMethod } from "./copy.ts";
import { emailChanges } from "./email-changes.ts";
import { type EmailGetContext, emailGet } from "./email-get.ts";
import { type EmailImportContext, emailImport } from "./email-import.ts";
import { type EmailSetContext, emailSet } from "./email-set.ts";
import type { LargeTurns } from "./large-turns.ts";
import type { Methods } from "./method.ts";

export interface EmailContext extends EmailGetContext, EmailSetContext, EmailImportContext {}

export function emailMethods(ctx: EmailContext, turns: LargeTurns): Methods {
  return {
    "Email/get": emailGet(ctx, turns),
    "Email/changes": emailChanges(ctx.store),
    "Email/set": emailSet(ctx, turns),
    "Email/import": emailImport(ctx, turns),
    "Email/copy": copyMethod({ capability: capabilities.mail, scope: "draft" }),
  };
}
