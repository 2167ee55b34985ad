/** Email/parse (RFC 8621 §4.9): mails that are blobs, as attached ones are. */
import { capabilities } from "@posthorn/protocol";
import { Type } from "typebox";
import { parseMail } from "../../rfc5322/parse-mail.ts";
import { openTurns } from "../../store/query-turns.ts";
import {
  accountIdOf,
  closed,
  IdSchema,
  nullable,
  readArguments,
  requireAccount,
  resolveId,
} from "./arguments.ts";
import { findBlobName, formatBlobId } from "./blob-ids.ts";
import { BodyArguments, type BodyRequest, readBodyRequest } from "./body-parts.ts";
import { countingBytes, mostMailBytes } from "./email-place.ts";
import { emailParseDefaults, isEmailProperty, parsedView } from "./email-view.ts";
import { requireFewHeaders } from "./header-forms.ts";
import { chargeParsing } from "./kept-mails.ts";
import type { Hold, LargeTurns } from "./large-turns.ts";
import { coreLimits } from "./limits.ts";
import {
  type JmapObject,
  type Method,
  type MethodCall,
  type Methods,
  refuseCall,
  refuseGone,
} from "./method.ts";
import type { OpenBlob, WantedBlob } from "./open-blob.ts";
import { wholeBlob } from "./whole-blob.ts";

export interface EmailParseContext {
  openBlob: OpenBlob;
}

const Arguments = Type.Object(
  {
    accountId: Type.Optional(IdSchema),
    blobIds: Type.Array(IdSchema, { maxItems: 100_000 }),
    properties: nullable(Type.Array(Type.String({ maxLength: 1_000 }), { maxItems: 1_000 })),
    ...BodyArguments.properties,
  },
  closed,
);

export function emailParseMethods({ openBlob }: EmailParseContext, turns: LargeTurns): Methods {
  return { "Email/parse": emailParse(openBlob, turns) };
}

function emailParse(openBlob: OpenBlob, turns: LargeTurns): Method {
  return {
    capability: capabilities.mail,
    scope: "read",
    async run(call, args) {
      const { accountId, blobIds, properties, ...bodyArguments } = readArguments(Arguments, args);
      requireAccount(call, accountId);
      if (blobIds.length > coreLimits.maxObjectsInGet) {
        refuseCall("requestTooLarge", `One call reads ${coreLimits.maxObjectsInGet} blobs at most.`);
      }
      const wanted = wantedProperties(call, properties ?? undefined);
      const body = readBodyRequest(bodyArguments);
      requireFewHeaders(wanted, body.properties);
      const turn = openTurns();
      const read = (blobId: string, hold: Hold) =>
        readMail(
          openBlob,
          { accountId: call.caller.accountId, blobId, call },
          { properties: wanted, body, hold },
        );
      const parsed: [string, JmapObject][] = [];
      const notParsable: string[] = [];
      const notFound: string[] = [];
      await turns.run(async (hold) => {
        const count = countingBytes();
        const countAndHold = (sizeBytes: number) => {
          count(sizeBytes);
          chargeParsing(call, sizeBytes);
          return hold(sizeBytes);
        };
        for (const id of new Set(blobIds)) {
          await turn();
          refuseGone(call);
          const view = await read(resolveId(call, id) ?? "", countAndHold);
          if (view === "notFound") notFound.push(id);
          else if (view === "notParsable") notParsable.push(id);
          else parsed.push([id, view]);
        }
      });
      return {
        arguments: {
          accountId: accountIdOf(call.caller),
          parsed: parsed.length === 0 ? null : Object.fromEntries(parsed),
          notParsable: notParsable.length === 0 ? null : notParsable,
          notFound: notFound.length === 0 ? null : notFound,
        },
      };
    },
  };
}

function wantedProperties(call: MethodCall, asked: readonly string[] | undefined): ReadonlySet<string> {
  const unknown = asked?.find((name) => !isEmailProperty(call, name));
  if (unknown !== undefined) {
    refuseCall("invalidArguments", `There is no property “${unknown.slice(0, 100)}” to ask for.`);
  }
  return new Set(asked ?? emailParseDefaults);
}

/** What is no mail is too large for one, or has not a single header field. */
async function readMail(
  openBlob: OpenBlob,
  wanted: Required<Omit<WantedBlob, "hold">>,
  { properties, body, hold }: { properties: ReadonlySet<string>; body: BodyRequest; hold: Hold },
): Promise<JmapObject | "notFound" | "notParsable"> {
  const { blobId } = wanted;
  const of = findBlobName(blobId);
  const bytes = of && (await wholeBlob(openBlob, wanted, mostMailBytes, hold));
  if (of === undefined || bytes === undefined) return "notFound";
  if (bytes === "tooLarge") return "notParsable";
  const mail = parseMail(bytes, (sizeBytes) => chargeParsing(wanted.call, sizeBytes));
  if (mail.headers.length === 0) return "notParsable";
  const names = {
    blobId,
    sizeBytes: bytes.length,
    blobIdOf: ({ partId }: { partId: string }) => formatBlobId({ kind: "within", of, partId }),
  };
  return parsedView(mail, names, properties, body);
}
