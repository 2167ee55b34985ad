/** SearchSnippet/get (RFC 8621 §5.1). */
import { capabilities } from "@posthorn/protocol";
import { Type } from "typebox";
import { findId, formatId } from "../../objects/ids.ts";
import { type QueryContext, spendLooks } from "../../objects/query-context.ts";
import type { Filter, TextField } from "../../objects/query-filter.ts";
import { type ReadMail, readRows, readWhole } from "../../objects/query-mail.ts";
import { looksPerReading, looksPerRow } from "../../objects/query-results.ts";
import { markFinds, snippetOf } from "../../objects/query-snippets.ts";
import type { Term } from "../../objects/query-terms.ts";
import {
  accountIdOf,
  closed,
  IdSchema,
  nullable,
  readArguments,
  requireAccount,
  resolveId,
} from "./arguments.ts";
import { EmailCondition, emailFilter, refuseUnused } from "./email-filter.ts";
import { type EmailQueryContext, queryContext, refusingTooWide } from "./email-query-methods.ts";
import { coreLimits } from "./limits.ts";
import {
  type Arguments,
  type JmapObject,
  type MethodAnswer,
  type MethodCall,
  type Methods,
  refuseCall,
} from "./method.ts";
import { readFilter } from "./query-arguments.ts";

const Given = Type.Object(
  {
    accountId: IdSchema,
    filter: nullable(Type.Object({})),
    emailIds: Type.Array(IdSchema, { maxItems: 100_000 }),
  },
  closed,
);

/** Of a preview (RFC 8621 §5). */
const mostOctets = 255;
/** Read in one slice. */
const slice = 16;

export function searchSnippetMethods(ctx: EmailQueryContext): Methods {
  return {
    "SearchSnippet/get": {
      capability: capabilities.mail,
      scope: "read",
      run: (call, args) => get(ctx, call, args),
    },
  };
}

async function get(ctx: EmailQueryContext, call: MethodCall, args: Arguments): Promise<MethodAnswer> {
  const { accountId, filter, emailIds } = readArguments(Given, args);
  requireAccount(call, accountId);
  const wanted = new Map(emailIds.map((id) => [id, numberOf(call, id)]));
  if (wanted.size > coreLimits.maxObjectsInGet) {
    refuseCall(
      "requestTooLarge",
      `One call looks at ${coreLimits.maxObjectsInGet} messages at most. Name fewer.`,
    );
  }
  const tree = readFilter(EmailCondition, filter ?? undefined);
  refuseUnused(call, tree);
  const asked = emailFilter(tree);
  const at = await queryContext(ctx, call);
  const found = await refusingTooWide(() => snippetsOf(at, [...new Set(wanted.values())], asked));
  const there = [...wanted].filter(([, id]) => found.has(id));
  const missing = [...wanted].filter(([, id]) => !found.has(id)).map(([id]) => id);
  return {
    arguments: {
      accountId: accountIdOf(call.caller),
      list: there.map(([, id]) => found.get(id)),
      notFound: missing.length === 0 ? null : missing,
    },
  };
}

/** Below zero for what names no message. */
function numberOf(call: MethodCall, id: string): number {
  const resolved = resolveId(call, id);
  return (resolved === undefined ? undefined : findId("email", resolved)) ?? -1;
}

async function snippetsOf(
  ctx: QueryContext,
  ids: readonly number[],
  filter: Filter,
): Promise<Map<number, JmapObject>> {
  const inSubject = termsIn(filter, ["text", "subject"]);
  const inBody = termsIn(filter, ["text", "body"]);
  const found = new Map<number, JmapObject>();
  const looksOfEach = looksPerReading * inBody.length;
  async function readOne(row: ReadMail): Promise<void> {
    await ctx.turn();
    spendLooks(ctx, looksOfEach);
    const [mail] = await readWhole(ctx, [row]);
    if (mail !== undefined) found.set(mail.object.id, snippet(mail, inSubject, inBody));
  }
  for (let first = 0; first < ids.length; first += slice) {
    const rows = await readRows(ctx, ids.slice(first, first + slice));
    spendLooks(ctx, looksPerRow * rows.length);
    if (inBody.length === 0)
      for (const row of rows) found.set(row.object.id, snippet(row, inSubject, inBody));
    else for (const row of rows) await readOne(row);
    await ctx.turn();
  }
  return found;
}

function snippet(
  { object, texts }: ReadMail,
  inSubject: readonly Term[],
  inBody: readonly Term[],
): JmapObject {
  return {
    emailId: formatId("email", object.id),
    subject: markFinds(texts.subject ?? "", inSubject) ?? null,
    preview: snippetOf(texts.body ?? "", inBody, mostOctets) ?? null,
  };
}

/** What a filter looks for in these fields; not what it wants to be absent. */
function termsIn(filter: Filter, fields: readonly TextField[]): readonly Term[] {
  if (filter.kind === "none") return [];
  if (filter.kind !== "test") return filter.of.flatMap((part) => termsIn(part, fields));
  const { test } = filter;
  return test.by === "text" && fields.includes(test.field) ? test.terms : [];
}
