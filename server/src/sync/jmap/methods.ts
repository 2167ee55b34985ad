/** Every method of JMAP that this server answers. */
import { coreMethods } from "./core-methods.ts";
import { type EmailContext, emailMethods } from "./email-methods.ts";
import { type MailboxContext, mailboxMethods } from "./mailbox-methods.ts";
import type { Methods } from "./method.ts";
import { type RecordContext, recordMethods } from "./record-methods.ts";
import { type ThreadContext, threadMethods } from "./thread-methods.ts";

export interface MethodsContext extends MailboxContext, ThreadContext, EmailContext, RecordContext {}

export function allMethods(ctx: MethodsContext): Methods {
  return {
    ...coreMethods,
    ...mailboxMethods(ctx),
    ...threadMethods(ctx),
    ...emailMethods(ctx),
    ...recordMethods(ctx),
  };
}
