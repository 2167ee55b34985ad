/** Holds docs/protocol to the schemas: its examples are valid, its tables of fields and limits are whole and right. */
import { readdir, readFile } from "node:fs/promises";
import { type TSchema, Type } from "typebox";
import { describe, expect, test } from "vitest";
import * as protocol from "./index.ts";
import { event } from "./message/calendar-event.ts";
import { messageForms } from "./message/message.ts";
import { routing } from "./message/routing.ts";

interface Marked {
  file: string;
  line: number;
  /** What the comment in front of it says. */
  mark: string;
  lines: string[];
}

const folder = new URL("../../docs/protocol/", import.meta.url);
const names = (await readdir(folder)).filter((name) => name.endsWith(".md")).sort();
const pages = await Promise.all(
  names.map(async (file) => ({ file, lines: (await readFile(new URL(file, folder), "utf8")).split("\n") })),
);

/** Blocks of code in a language, each with the comment on the line in front of it. */
function blocksOf(language: string): Marked[] {
  return pages.flatMap(({ file, lines }) =>
    lines.flatMap((line, at) => {
      if (line.trim() !== `\`\`\`${language}`) return [];
      const length = lines.slice(at + 1).findIndex((other) => other.trim() === "```");
      return [
        { file, line: at + 1, mark: markOf(lines[at - 1]), lines: lines.slice(at + 1, at + 1 + length) },
      ];
    }),
  );
}

function markOf(line: string | undefined): string {
  return /^<!-- (.+) -->$/.exec(line?.trim() ?? "")?.[1] ?? "";
}

const schemas: Readonly<Record<string, TSchema>> = {
  discovery: protocol.DiscoverySchema,
  verdict: protocol.VerdictSchema,
  refusal: protocol.RefusalSchema,
  problem: protocol.ProblemSchema,
  hello: protocol.HelloSchema,
  "blob answer": protocol.BlobAnswerSchema,
  submission: protocol.SubmissionSchema,
  "send answer": protocol.SendAnswerSchema,
  "send line": protocol.SendLineSchema,
  "invite info": protocol.InviteInfoSchema,
  "own role": protocol.OwnRoleSchema,
  "close account": protocol.CloseAccountSchema,
  closing: protocol.ClosingSchema,
  "register start": protocol.RegisterStartSchema,
  "register start answer": protocol.RegisterStartAnswerSchema,
  "register finish": protocol.RegisterFinishSchema,
  "login start": protocol.LoginStartSchema,
  "login start answer": protocol.LoginStartAnswerSchema,
  "login finish": protocol.LoginFinishSchema,
  "key chain": protocol.KeyChainSchema,
  "new keys": protocol.NewKeysSchema,
  "account secrets": protocol.AccountSecretsSchema,
  "password start": protocol.PasswordStartSchema,
  "password finish": protocol.PasswordFinishSchema,
  "device link": protocol.DeviceLinkSchema,
  "device link answer": protocol.DeviceLinkAnswerSchema,
  "redeem device link": protocol.RedeemDeviceLinkSchema,
  "redeemed device link": protocol.RedeemedDeviceLinkSchema,
  "new reset link": protocol.NewResetLinkSchema,
  "reset look": protocol.ResetLookSchema,
  "reset info": protocol.ResetInfoSchema,
  "reset start": protocol.ResetStartSchema,
  "reset finish": protocol.ResetFinishSchema,
  "former keys": protocol.FormerKeysListSchema,
  "recover start": protocol.RecoverStartSchema,
  "recover start answer": protocol.RecoverStartAnswerSchema,
  "recover finish": protocol.RecoverFinishSchema,
  "new recovery": protocol.NewRecoverySchema,
  "key consent": protocol.KeyConsentSchema,
  "key consent patch": protocol.KeyConsentPatchSchema,
  tokens: protocol.TokensSchema,
  refresh: protocol.RefreshSchema,
  "api token request": protocol.ApiTokenRequestSchema,
  "new api token": protocol.NewApiTokenSchema,
  "jmap session": protocol.JmapSessionSchema,
  "jmap request": protocol.JmapRequestSchema,
  "jmap response": protocol.JmapResponseSchema,
  wire: protocol.WireSchema,
};

/** Objects whose fields stand in tables, and the fields that another table has already. */
const tables: Readonly<Record<string, { schema: TSchema; less?: object }>> = {
  address: { schema: protocol.AddressSchema },
  routing: { schema: Type.Object(routing) },
  attachment: { schema: protocol.AttachmentSchema },
  seal: { schema: protocol.SealSchema },
  "seal recipient": { schema: protocol.SealRecipientSchema },
  email: { schema: protocol.PlainEmailSchema, less: routing },
  chat_message: { schema: protocol.PlainChatMessageSchema, less: routing },
  event: { schema: Type.Object(event) },
  calendar_invite: { schema: protocol.PlainCalendarInviteSchema, less: { ...routing, ...event } },
  recurrence: { schema: protocol.RecurrenceRuleSchema },
  calendar_reply: { schema: protocol.PlainCalendarReplySchema, less: routing },
  calendar_cancel: { schema: protocol.PlainCalendarCancelSchema, less: routing },
  file_transfer: { schema: protocol.PlainFileTransferSchema, less: routing },
  reaction: { schema: protocol.PlainReactionSchema, less: routing },
  edit: { schema: protocol.PlainEditSchema, less: routing },
  recall: { schema: protocol.RecallSchema, less: routing },
  receipt: { schema: protocol.ReceiptSchema, less: routing },
  unknown: { schema: protocol.PlainUnknownMessageSchema, less: routing },
  target: { schema: protocol.TargetSchema },
  discovery: { schema: protocol.DiscoverySchema },
  "host key": { schema: protocol.HostKeySchema },
  verdict: { schema: protocol.VerdictSchema },
  "recipient verdict": { schema: protocol.RecipientVerdictSchema },
  problem: { schema: protocol.ProblemSchema },
  hello: { schema: protocol.HelloSchema },
  "send answer": { schema: protocol.SendAnswerSchema },
  "send recipient": { schema: protocol.SendRecipientSchema },
  "send line": { schema: protocol.SendLineSchema },
  tokens: { schema: protocol.TokensSchema },
  "new keys": { schema: protocol.NewKeysSchema },
  recovery: { schema: protocol.RecoverySchema },
  "wrapped epoch": { schema: protocol.WrappedEpochSchema },
  "account secrets": { schema: protocol.AccountSecretsSchema },
  "new statement": { schema: protocol.NewStatementSchema },
  "new identity": { schema: protocol.NewStatementSchema.properties.identity },
  "password finish": { schema: protocol.PasswordFinishSchema },
  "recover finish": { schema: protocol.RecoverFinishSchema },
  "close account": { schema: protocol.CloseAccountSchema },
  "device link": { schema: protocol.DeviceLinkSchema },
  "redeem device link": { schema: protocol.RedeemDeviceLinkSchema },
  "new reset link": { schema: protocol.NewResetLinkSchema },
  "reset info": { schema: protocol.ResetInfoSchema },
  "reset finish": { schema: protocol.ResetFinishSchema },
  "former keys": { schema: protocol.FormerKeysSchema },
  "regained keys": { schema: protocol.RegainedKeysSchema },
  "new recovery": { schema: protocol.NewRecoverySchema },
  "key consent": { schema: protocol.KeyConsentSchema },
  "key consent patch": { schema: protocol.KeyConsentPatchSchema },
  record: { schema: protocol.RecordSchema },
  reason: { schema: protocol.ReasonSchema },
  wire: { schema: protocol.WireSchema },
};

const encoder = new TextEncoder();

function check(mark: string, text: string): void {
  if (mark === "message") {
    protocol.readMessage(encoder.encode(text));
    return;
  }
  const schema = schemas[mark];
  if (schema === undefined)
    throw new Error(`An example is marked “${mark}”, of which no schema is known here.`);
  protocol.shape(schema).parse(protocol.readJson(encoder.encode(inFull(text))));
}

/** Long base64url stands in examples as its beginning, `…`, and the number of its characters (§90.9). */
function inFull(text: string): string {
  return text.replaceAll(/([A-Za-z0-9_-]+)…([0-9]+)/g, (_, begin: string, length: string) =>
    begin.padEnd(Number(length), "A"),
  );
}

describe("the examples", () => {
  test.each(blocksOf("json"))("$file, line $line: a $mark is valid", ({ mark, lines }) => {
    expect(() => check(mark, lines.join("\n"))).not.toThrow();
  });

  test.each(blocksOf("ndjson"))("$file, line $line: each line is a valid $mark", ({ mark, lines }) => {
    for (const line of lines) expect(() => check(mark, line)).not.toThrow();
  });

  test.each(protocol.messageTypes)("show a %s", (type) => {
    const shown = blocksOf("json").filter(({ mark }) => mark === "message");
    expect(shown.map(({ lines }) => protocol.typeOf(readMessage(lines)))).toContain(type);
  });

  test("show a sealed message and one of a type that is not of this version", () => {
    const shown = blocksOf("json").filter(({ mark }) => mark === "message");
    const messages = shown.map(({ lines }) => readMessage(lines));
    expect(messages.some((message) => protocol.sealOf(message) !== undefined)).toBe(true);
    expect(messages.some((message) => !protocol.isMessageType(protocol.typeOf(message)))).toBe(true);
  });
});

function readMessage(lines: readonly string[]): protocol.Message {
  return protocol.readMessage(encoder.encode(lines.join("\n")));
}

interface Row {
  name: string;
  cells: string[];
}

/** Tables with a comment in front of them that begins with `kind`. */
function tablesOf(kind: string): (Marked & { rows: Row[] })[] {
  return pages.flatMap(({ file, lines }) =>
    lines.flatMap((line, at) => {
      const mark = markOf(line);
      if (!mark.startsWith(kind)) return [];
      const below = lines.slice(at + 1);
      const end = below.findIndex((other) => !other.startsWith("|"));
      const rows = below.slice(2, end < 0 ? undefined : end).map(readRow);
      return [{ file, line: at + 1, mark: mark.slice(kind.length), lines: below, rows }];
    }),
  );
}

function readRow(line: string): Row {
  const cells = line
    .replaceAll("\\|", "\u0001")
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim().replaceAll("\u0001", "|"));
  return { name: (cells[0] ?? "").replaceAll("`", ""), cells };
}

function maximumOf(schema: TSchema): number | undefined {
  const known = ["maxLength", "maxItems", "maximum", "maxProperties"].flatMap((keyword) => {
    const value: unknown = Reflect.get(schema, keyword);
    return typeof value === "number" ? [value] : [];
  });
  if (Type.IsUnion(schema)) return schema.anyOf.map(maximumOf).find((value) => value !== undefined);
  return known[0];
}

function numberIn(cell: string | undefined): number | undefined {
  const digits = /[0-9][0-9,]*/.exec(cell ?? "")?.[0];
  return digits === undefined ? undefined : Number(digits.replaceAll(",", ""));
}

/** What a table of fields must say: of each field whether it is required, and its maximum. */
function fieldsOf(mark: string): Record<string, [string, number | undefined]> {
  const table = tables[mark];
  if (table === undefined) throw new Error(`A table is marked “${mark}”, of which no schema is known here.`);
  const { schema, less = {} } = table;
  if (!Type.IsObject(schema)) throw new Error(`${mark} is no object`);
  return Object.fromEntries(
    Object.entries(schema.properties)
      .filter(([name]) => !Object.hasOwn(less, name))
      .map(([name, field]) => [
        name,
        [schema.required?.includes(name) === true ? "yes" : "no", maximumOf(field)],
      ]),
  );
}

describe("the tables", () => {
  test.each(tablesOf("fields of "))(
    "$file, line $line: the fields of $mark are all there and right",
    (table) => {
      const told = table.rows.map(({ name, cells }) => [name, [cells[2], numberIn(cells[3])]]);
      expect(Object.fromEntries(told)).toEqual(fieldsOf(table.mark));
    },
  );

  test("of fields are there for each object once", () => {
    expect(
      tablesOf("fields of ")
        .map(({ mark }) => mark)
        .sort(),
    ).toEqual(Object.keys(tables).sort());
  });

  test("of reasons have each code", () => {
    const told = tablesOf("reasons").flatMap((table) => table.rows.map(({ name }) => name));
    expect(told).toEqual(protocol.reasonCodes);
  });

  test("of limits have each limit's number", () => {
    const rows = tablesOf("limits").flatMap((table) => table.rows);
    expect(rows.length).toBeGreaterThan(10);
    const told = Object.fromEntries(rows.map(({ name, cells }) => [name, numberIn(cells[1])]));
    const real = new Map<string, number>(Object.entries(protocol.limits));
    expect(told).toEqual(Object.fromEntries(Object.keys(told).map((name) => [name, real.get(name)])));
  });

  test("of types name each type and whether it can be sealed", () => {
    const rows = tablesOf("types").flatMap((table) => table.rows);
    const told = Object.fromEntries(rows.map(({ name, cells }) => [name, cells[2]]));
    const real = Object.entries(messageForms).map(([type, { sealed }]) => [
      type,
      sealed === undefined ? "no" : "yes",
    ]);
    expect(told).toEqual(Object.fromEntries(real));
  });

  test("of endpoints have each route with its method, path, caller, scope and status", () => {
    const rows = tablesOf("routes").flatMap((table) => table.rows);
    const told = rows.map(({ name, cells }) => [name, ...cells.slice(1, 4)].join(" ").replaceAll("`", ""));
    const routes: protocol.Route[] = Object.values(protocol.routes);
    const real = routes.map(({ method, path, auth, scope, sessionOnly, status }) =>
      [`${method} ${path}`, callerOf(auth), sessionOnly ? "sign-in" : (scope ?? "–"), status].join(" "),
    );
    expect(told.sort()).toEqual(real.sort());
  });
});

function callerOf(auth: protocol.Route["auth"]): string {
  return { none: "anybody", token: "account", peer: "server", operator: "operator" }[auth];
}
