/** Every method of JMAP that this server answers. */
import { openTurns } from "../../store/query-turns.ts";
import { type BlobMethodsContext, blobMethods } from "./blob-methods.ts";
import { coreMethods } from "./core-methods.ts";
import { type EmailContext, emailMethods } from "./email-methods.ts";
import { type EmailParseContext, emailParseMethods } from "./email-parse-methods.ts";
import { emailQueryMethods } from "./email-query-methods.ts";
import { emailSet } from "./email-set.ts";
import { type IdentityContext, identityMethods } from "./identity-methods.ts";
import { makeLargeTurns } from "./large-turns.ts";
import { mailTexts } from "./mail-texts.ts";
import { type MailboxContext, mailboxMethods } from "./mailbox-methods.ts";
import { mailboxQueryMethods } from "./mailbox-query-methods.ts";
import type { Methods } from "./method.ts";
import { type PushSubscriptionContext, pushSubscriptionMethods } from "./push-subscription-methods.ts";
import { type QuotaContext, quotaMethods } from "./quota-methods.ts";
import { type RecordContext, recordMethods } from "./record-methods.ts";
import { type RuleContext, ruleMethods } from "./rule-methods.ts";
import { searchSnippetMethods } from "./search-snippet-methods.ts";
import { type SenderContext, senderMethods } from "./sender-methods.ts";
import { senderQueryMethods } from "./sender-query-methods.ts";
import { type SubmissionContext, submissionMethods } from "./submission-methods.ts";
import { type ThreadContext, threadMethods } from "./thread-methods.ts";
import { type VacationContext, vacationMethods } from "./vacation-methods.ts";

export interface MethodsContext
  extends MailboxContext,
    ThreadContext,
    EmailContext,
    EmailParseContext,
    BlobMethodsContext,
    IdentityContext,
    SubmissionContext,
    QuotaContext,
    PushSubscriptionContext,
    RecordContext,
    SenderContext,
    RuleContext,
    VacationContext {}

/** Calls at a time that hold much mail in memory, each up to some hundred megabytes of it. */
const largeCalls = 2;

export function allMethods(ctx: MethodsContext): Methods {
  const turns = makeLargeTurns(largeCalls);
  const querying = { store: ctx.store, turn: openTurns(), reading: mailTexts };
  return {
    ...coreMethods,
    ...mailboxMethods(ctx),
    ...mailboxQueryMethods(ctx),
    ...threadMethods(ctx),
    ...emailMethods(ctx, turns),
    ...emailParseMethods(ctx, turns),
    ...emailQueryMethods(querying),
    ...searchSnippetMethods(querying),
    ...blobMethods(ctx, turns),
    ...identityMethods(ctx),
    ...submissionMethods(ctx, emailSet(ctx, turns)),
    ...quotaMethods(ctx),
    ...pushSubscriptionMethods(ctx),
    ...recordMethods(ctx),
    ...senderMethods(ctx),
    ...senderQueryMethods(ctx),
    ...ruleMethods(ctx),
    ...vacationMethods(ctx),
  };
}
