/** Email/parse (RFC 8621 §4.9): mails that are blobs, as attached ones are. */
import { capabilities } from "@posthorn/protocol";
import { Type } from "typebox";
import { parseMail } from "../../rfc5322/parse-mail.ts";
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
import { emailParseDefaults, isEmailProperty, parsedView } from "./email-view.ts";
import { coreLimits } from "./limits.ts";
import { type JmapObject, type Method, type MethodCall, type Methods, refuseCall } from "./method.ts";
import { firstBytes, type OpenBlob } from "./open-blob.ts";

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

export function emailParseMethods({ openBlob }: EmailParseContext): Methods {
  return { "Email/parse": emailParse(openBlob) };
}

function emailParse(openBlob: OpenBlob): Method {
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
      const parsed: [string, JmapObject][] = [];
      const notParsable: string[] = [];
      const notFound: string[] = [];
      let room: number = coreLimits.maxSizeUpload;
      for (const id of new Set(blobIds)) {
        const blobId = resolveId(call, id) ?? "";
        const blob = await openBlob({ accountId: call.caller.accountId, blobId });
        if (blob === undefined) {
          notFound.push(id);
          continue;
        }
        room -= blob.size;
        if (room < 0 && parsed.length > 0) {
          refuseCall("requestTooLarge", "These mails are large. Ask for fewer of them at once.");
        }
        const view = await readMail(blobId, blob, wanted, body);
        if (view === undefined) notParsable.push(id);
        else parsed.push([id, view]);
      }
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

/** Undefined for what is no mail: too large for one, or without a single header field. */
async function readMail(
  blobId: string,
  { size: sizeBytes, body }: { size: number; body: AsyncIterable<Uint8Array> },
  properties: ReadonlySet<string>,
  request: BodyRequest,
): Promise<JmapObject | undefined> {
  const of = findBlobName(blobId);
  if (of === undefined || sizeBytes > coreLimits.maxSizeUpload) return undefined;
  const mail = parseMail(await firstBytes(body, sizeBytes));
  if (mail.headers.length === 0) return undefined;
  const names = {
    blobId,
    sizeBytes,
    blobIdOf: ({ partId }: { partId: string }) => formatBlobId({ kind: "within", of, partId }),
  };
  return parsedView(mail, names, properties, request);
}
