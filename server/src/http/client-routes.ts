/** What accounts and anybody call: each line of the protocol's table with the room function that answers it. */
import {
  type Discovery,
  fail,
  findTime,
  limits,
  openApi,
  ProblemError,
  problem,
  routes,
  type SendAnswer,
  type SendLine,
  type SendQuery,
  splitLines,
} from "@posthorn/protocol";
import { type ApiTokenContext, listApiTokens, makeApiToken, revokeApiToken } from "../auth/api-token.ts";
import type { Caller } from "../auth/caller.ts";
import { type ClosingContext, closeAccount, reopenAccount } from "../auth/closing.ts";
import { viewInvite } from "../auth/invite.ts";
import { finishLogin, startLogin } from "../auth/login.ts";
import { ownRole } from "../auth/own-role.ts";
import { finishRegistration, type RegisterContext, startRegistration } from "../auth/register.ts";
import { listSessions, logout, refresh, revokeSession } from "../auth/session.ts";
import { type BlobContext, getBlob, headBlob, putBlob } from "../blobs/account-blob.ts";
import { cancelSend, getSend } from "../submit/send-status.ts";
import { type SubmitContext, submit, submitBatch } from "../submit/submit.ts";
import {
  type Authenticate,
  guarded,
  jsonAnswer,
  letIn,
  open,
  readInput,
  readQuery,
  requireType,
} from "./answer.ts";
import { readBody } from "./edge.ts";
import { type HttpRequest, type HttpResponse, singleHeader } from "./http.ts";
import type { SendingLimit } from "./limit-sending.ts";
import { type PeerRoutesContext, peerBlobRoutes } from "./peer-routes.ts";
import { type Route, route } from "./router.ts";

export interface ClientRoutesContext {
  authenticate: Authenticate;
  auth: RegisterContext & ClosingContext & ApiTokenContext;
  submit: SubmitContext;
  blobs: BlobContext;
  peer: PeerRoutesContext;
  /** Recipients an account may write to. */
  sending: SendingLimit;
  /** Our discovery document, or the one of a host that has put its endpoint here; undefined for any other. */
  discovery(host: string | undefined): Discovery | undefined;
  /** Origin in the OpenAPI document. */
  endpoint: string;
  healthy(): Promise<boolean>;
}

const encoder = new TextEncoder();
const octets = { "content-type": "application/octet-stream", "content-disposition": "attachment" };

export function clientRoutes(ctx: ClientRoutesContext): Route[] {
  return [...sendRoutes(ctx), ...blobRoutes(ctx), ...authRoutes(ctx), ...publicRoutes(ctx)];
}

function sendRoutes(ctx: ClientRoutesContext): Route[] {
  const { authenticate } = ctx;
  return [
    route(routes.send.method, routes.send.path, async (request) => send(ctx, request)),
    guarded(authenticate, routes.getSend, ({ caller, params }) =>
      getSend(ctx.submit, { accountId: caller.accountId, id: params.get("id") }),
    ),
    guarded(authenticate, routes.cancelSend, ({ caller, params }) =>
      cancelSend(ctx.submit, { accountId: caller.accountId, id: params.get("id") }),
    ),
  ];
}

/** One message, or a batch of them a line each; a line that is refused harms no other. */
async function send(ctx: ClientRoutesContext, request: HttpRequest): Promise<HttpResponse> {
  const caller = await letIn(ctx.authenticate, routes.send, request);
  const hold = readHold(readQuery(request, routes.send.query));
  const type = requireType(request, routes.send.takes);
  if (type === "application/json") {
    const body = await readBody(request, limits.messageBytes);
    const idempotencyKey = readIdempotencyKey(request);
    return jsonAnswer(routes.send, await submitAs(ctx, caller, { body, ...hold, idempotencyKey }));
  }
  if (singleHeader(request.headers, "idempotency-key") !== undefined) {
    fail("badHeader", "A batch takes no Idempotency-Key. Give each message an id instead.");
  }
  const lines = splitLines(await readBody(request, limits.batchBytes));
  const answers = await submitBatch(ctx.submit, lines, (body) => submitLine(ctx, caller, { body, ...hold }));
  const text = answers.map((answer) => `${JSON.stringify(answer)}\n`).join("");
  return { status: 202, headers: { "content-type": "application/x-ndjson" }, body: encoder.encode(text) };
}

interface Handed {
  body: Uint8Array;
  sendAt: number | undefined;
  undoS: number | undefined;
  idempotencyKey?: string | undefined;
}

function readHold(query: SendQuery): Pick<Handed, "sendAt" | "undoS"> {
  if (query.sendAt !== undefined && query.undo !== undefined) {
    fail("badRequest", "Give “sendAt” or “undo”, not both.", { pointer: "/undo" });
  }
  return {
    sendAt: query.sendAt === undefined ? undefined : readSendAt(query.sendAt),
    undoS: query.undo === undefined ? undefined : Number(query.undo),
  };
}

/** The schema has looked at the form; what is left is a day that no calendar has. */
function readSendAt(text: string): number {
  return (
    findTime(text) ?? fail("badRequest", `“${text}” is a day that does not exist.`, { pointer: "/sendAt" })
  );
}

function readIdempotencyKey(request: HttpRequest): string | undefined {
  const given = request.headers.get("idempotency-key");
  if (given === undefined) return undefined;
  const key = given.length === 1 ? given[0] : undefined;
  if (key !== undefined && /^[\x21-\x7e]{1,255}$/.test(key)) return key;
  return fail("badHeader", "Idempotency-Key is one text of 1 to 255 printable ASCII characters.");
}

async function submitAs(ctx: ClientRoutesContext, caller: Caller, handed: Handed): Promise<SendAnswer> {
  ctx.sending.check(caller.accountId);
  const { answer, isFresh } = await submit(ctx.submit, {
    accountId: caller.accountId,
    accountName: caller.name,
    ...handed,
  });
  if (isFresh) ctx.sending.charge(caller.accountId, answer.recipients.length);
  return answer;
}

async function submitLine(ctx: ClientRoutesContext, caller: Caller, handed: Handed): Promise<SendLine> {
  try {
    return { status: routes.send.status, ...(await submitAs(ctx, caller, handed)) };
  } catch (error) {
    const reason =
      error instanceof ProblemError
        ? error.problem
        : problem(
            "internal",
            "This message could not be taken. Send it again; if it fails again, tell the operator.",
          );
    return { id: null, status: reason.status, recipients: [], problem: reason };
  }
}

/** The path of a blob is an account's and a peer's: a signature says that a server is calling. */
function blobRoutes(ctx: ClientRoutesContext): Route[] {
  return [
    route(routes.putBlob.method, routes.putBlob.path, async (request, params) => {
      if (request.headers.has("signature")) return peerBlobRoutes.put(ctx.peer, request, params);
      const { accountId } = await letIn(ctx.authenticate, routes.putBlob, request);
      requireType(request, routes.putBlob.takes);
      const kept = await putBlob(ctx.blobs, {
        accountId,
        hash: params.get("hash"),
        sizeBytes: readLength(request),
        body: request.body,
      });
      return jsonAnswer(routes.putBlob, kept);
    }),
    route(routes.headBlob.method, routes.headBlob.path, async (request, params) => {
      if (request.headers.has("signature")) return peerBlobRoutes.head(ctx.peer, request, params);
      const { accountId } = await letIn(ctx.authenticate, routes.headBlob, request);
      const { size } = await headBlob(ctx.blobs, { accountId, hash: params.get("hash") });
      return {
        status: 200,
        headers: { ...octets, "content-length": String(size), "blob-size": String(size) },
        body: new Uint8Array(),
      };
    }),
    route(routes.getBlob.method, routes.getBlob.path, async (request, params) => {
      const { accountId } = await letIn(ctx.authenticate, routes.getBlob, request);
      const { size, body } = await getBlob(ctx.blobs, { accountId, hash: params.get("hash") });
      return { status: 200, headers: { ...octets, "content-length": String(size) }, body };
    }),
  ];
}

function readLength(request: HttpRequest): number | undefined {
  const length = singleHeader(request.headers, "content-length");
  return length === undefined ? undefined : Number(length);
}

function authRoutes(ctx: ClientRoutesContext): Route[] {
  const { auth, authenticate } = ctx;
  return [
    open(routes.invite, ({ request, params }) =>
      viewInvite(auth, { token: params.get("token"), remoteAddress: request.remoteAddress }),
    ),
    open(routes.registerStart, async ({ request }) => {
      const input = await readInput(request, routes.registerStart.input);
      return startRegistration(auth, { ...input, remoteAddress: request.remoteAddress });
    }),
    open(routes.registerFinish, async ({ request }) => {
      const input = await readInput(request, routes.registerFinish.input);
      const acceptLanguage = request.headers.get("accept-language")?.[0];
      return finishRegistration(auth, { ...input, remoteAddress: request.remoteAddress, acceptLanguage });
    }),
    open(routes.loginStart, async ({ request }) => {
      const input = await readInput(request, routes.loginStart.input);
      return startLogin(auth, { ...input, remoteAddress: request.remoteAddress });
    }),
    open(routes.loginFinish, async ({ request }) => {
      const input = await readInput(request, routes.loginFinish.input);
      return finishLogin(auth, { ...input, remoteAddress: request.remoteAddress });
    }),
    open(routes.refresh, async ({ request }) =>
      refresh(auth, await readInput(request, routes.refresh.input)),
    ),
    guarded(authenticate, routes.logout, async ({ caller }) => {
      await logout(auth, caller);
      return undefined;
    }),
    guarded(authenticate, routes.ownRole, ({ caller }) => ownRole(auth, caller)),
    guarded(authenticate, routes.closeAccount, async ({ caller, request }) => {
      const input = await readInput(request, routes.closeAccount.input);
      return closeAccount(auth, caller, { ...input, remoteAddress: request.remoteAddress });
    }),
    guarded(authenticate, routes.reopenAccount, async ({ caller }) => {
      await reopenAccount(auth, caller);
      return undefined;
    }),
    guarded(authenticate, routes.sessions, ({ caller }) => listSessions(auth, caller)),
    guarded(authenticate, routes.endSession, async ({ caller, params }) => {
      await revokeSession(auth, caller, { id: params.get("id") });
      return undefined;
    }),
    guarded(authenticate, routes.tokens, ({ caller }) => listApiTokens(auth, caller)),
    guarded(authenticate, routes.createToken, async ({ caller, request }) =>
      makeApiToken(auth, caller, await readInput(request, routes.createToken.input)),
    ),
    guarded(authenticate, routes.deleteToken, async ({ caller, params }) => {
      await revokeApiToken(auth, caller, { id: params.get("id") });
      return undefined;
    }),
  ];
}

function publicRoutes(ctx: ClientRoutesContext): Route[] {
  const description = jsonAnswer(routes.openapi, openApi(ctx.endpoint));
  return [
    open(routes.discovery, async ({ request }) => {
      const { host } = readQuery(request, routes.discovery.query);
      return ctx.discovery(host) ?? fail("notFound", "This server takes no mail for that host.");
    }),
    route(routes.openapi.method, routes.openapi.path, async () => description),
    open(routes.health, async () =>
      (await ctx.healthy()) ? { status: "ok" as const } : { status: "failing" as const },
    ),
  ];
}
