import { type Static, type TObject, type TSchema, Type } from "typebox";
import {
  ApiTokenListSchema,
  ApiTokenRequestSchema,
  InviteInfoSchema,
  LoginFinishSchema,
  LoginStartAnswerSchema,
  LoginStartSchema,
  NewApiTokenSchema,
  RefreshSchema,
  RegisterFinishSchema,
  RegisterStartAnswerSchema,
  RegisterStartSchema,
  type Scope,
  SessionListSchema,
  TokensSchema,
} from "./api/auth.ts";
import {
  AccountSchema,
  ChangesQuerySchema,
  ChangesSchema,
  MailboxListSchema,
  MessageMetaSchema,
  MessagePageSchema,
  MessagePatchSchema,
  MessageQuerySchema,
} from "./api/mail.ts";
import {
  AccountInfoSchema,
  AccountListSchema,
  AccountPageQuerySchema,
  AccountPatchSchema,
  InviteListSchema,
  InviteRequestSchema,
  NewInviteSchema,
  PeerInfoSchema,
  PeerListSchema,
  PeerPageQuerySchema,
  PeerPatchSchema,
  QueueRetrySchema,
  QueueSchema,
  StatusSchema,
} from "./api/operator.ts";
import { DiscoveryQuerySchema, HealthSchema, HelloSchema } from "./api/peer.ts";
import { BlobAnswerSchema, SendAnswerSchema, SendLineSchema, SendQuerySchema } from "./api/send.ts";
import { DiscoverySchema } from "./discovery.ts";
import { AnyMessageSchema } from "./message/message.ts";
import { SubmissionSchema } from "./submission.ts";
import { VerdictSchema } from "./verdict.ts";

export type MediaType =
  | "application/json"
  | "application/x-ndjson"
  | "application/octet-stream"
  | "application/problem+json";

export interface Route {
  readonly method: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** With `:name` for each part that varies. */
  readonly path: string;
  /** Who may call: anybody, an account, a server that signs, the operator. */
  readonly auth: "none" | "token" | "peer" | "operator";
  /** What a token must be allowed to do. Without it any token will do. */
  readonly scope?: Scope;
  /** Only for somebody signed in: a token made for a program must not make others or end sessions. */
  readonly sessionOnly?: true;
  readonly query?: TObject;
  /** Content types the body may have; JSON when there is an `input` and nothing else is said. */
  readonly takes?: readonly MediaType[];
  readonly input?: TSchema;
  readonly gives?: readonly MediaType[];
  readonly output?: TSchema;
  /** One line of an NDJSON answer, when it is not an `output`. */
  readonly outputLine?: TSchema;
  /** Of the answer when all went well. */
  readonly status: 200 | 201 | 202 | 204;
  readonly summary: string;
}

const jsonOrLines = ["application/json", "application/x-ndjson"] as const;
const bytes = ["application/octet-stream"] as const;

/** Every endpoint of a server (§50, §60, §80). */
export const routes = {
  receive: {
    method: "POST",
    path: "/email/receive",
    auth: "peer",
    takes: jsonOrLines,
    input: AnyMessageSchema,
    gives: jsonOrLines,
    output: VerdictSchema,
    status: 200,
    summary: "Take messages for accounts of this host.",
  },
  hello: {
    method: "POST",
    path: "/email/hello",
    auth: "peer",
    input: HelloSchema,
    output: HelloSchema,
    status: 200,
    summary: "Say that a server has started, so that what waits for it is sent at once.",
  },
  putPeerBlob: {
    method: "PUT",
    path: "/email/blob/:hash",
    auth: "peer",
    takes: bytes,
    output: BlobAnswerSchema,
    status: 200,
    summary: "Upload a blob that a message of the signing host has announced.",
  },
  headPeerBlob: {
    method: "HEAD",
    path: "/email/blob/:hash",
    auth: "peer",
    status: 200,
    summary: "Ask whether a blob that the signing host has announced is here.",
  },
  discovery: {
    method: "GET",
    path: "/.well-known/posthorn",
    auth: "none",
    query: DiscoveryQuerySchema,
    output: DiscoverySchema,
    status: 200,
    summary: "Who speaks for a host, where, and with which keys.",
  },

  send: {
    method: "POST",
    path: "/email/send",
    auth: "token",
    scope: "send",
    query: SendQuerySchema,
    takes: jsonOrLines,
    input: SubmissionSchema,
    gives: jsonOrLines,
    output: SendAnswerSchema,
    outputLine: SendLineSchema,
    status: 202,
    summary: "Hand over a message, or one a line, for delivery.",
  },
  getSend: {
    method: "GET",
    path: "/email/send/:id",
    auth: "token",
    scope: "read",
    output: SendAnswerSchema,
    status: 200,
    summary: "Where each recipient's copy of a message stands.",
  },
  cancelSend: {
    method: "DELETE",
    path: "/email/send/:id",
    auth: "token",
    scope: "send",
    output: SendAnswerSchema,
    status: 200,
    summary: "Take a message back while it is held.",
  },
  putBlob: {
    method: "PUT",
    path: "/email/blob/:hash",
    auth: "token",
    scope: "draft",
    takes: bytes,
    output: BlobAnswerSchema,
    status: 200,
    summary: "Upload a blob for a message to be sent.",
  },
  headBlob: {
    method: "HEAD",
    path: "/email/blob/:hash",
    auth: "token",
    scope: "read",
    status: 200,
    summary: "Ask whether the account has a blob.",
  },
  getBlob: {
    method: "GET",
    path: "/email/blob/:hash",
    auth: "token",
    scope: "read",
    gives: bytes,
    status: 200,
    summary: "The bytes of a blob the account has.",
  },

  mailboxes: {
    method: "GET",
    path: "/mail/mailboxes",
    auth: "token",
    scope: "read",
    output: MailboxListSchema,
    status: 200,
    summary: "The mailboxes of the account.",
  },
  messages: {
    method: "GET",
    path: "/mail/messages",
    auth: "token",
    scope: "read",
    query: MessageQuerySchema,
    output: MessagePageSchema,
    status: 200,
    summary: "A page of messages, newest first.",
  },
  message: {
    method: "GET",
    path: "/mail/messages/:objectId",
    auth: "token",
    scope: "read",
    output: MessageMetaSchema,
    status: 200,
    summary: "What the server knows of one message.",
  },
  messageBytes: {
    method: "GET",
    path: "/mail/messages/:objectId/bytes",
    auth: "token",
    scope: "read",
    gives: bytes,
    status: 200,
    summary: "A message byte for byte as it was received.",
  },
  patchMessage: {
    method: "PATCH",
    path: "/mail/messages/:objectId",
    auth: "token",
    scope: "draft",
    input: MessagePatchSchema,
    output: MessageMetaSchema,
    status: 200,
    summary: "Mark a message or move it.",
  },
  changes: {
    method: "GET",
    path: "/mail/changes",
    auth: "token",
    scope: "read",
    query: ChangesQuerySchema,
    output: ChangesSchema,
    status: 200,
    summary: "What has changed since a state.",
  },
  account: {
    method: "GET",
    path: "/mail/account",
    auth: "token",
    scope: "read",
    output: AccountSchema,
    status: 200,
    summary: "The account of the caller.",
  },

  invite: {
    method: "GET",
    path: "/auth/invite/:token",
    auth: "none",
    output: InviteInfoSchema,
    status: 200,
    summary: "What an invitation offers.",
  },
  registerStart: {
    method: "POST",
    path: "/auth/register/start",
    auth: "none",
    input: RegisterStartSchema,
    output: RegisterStartAnswerSchema,
    status: 200,
    summary: "Begin to register with an invitation.",
  },
  registerFinish: {
    method: "POST",
    path: "/auth/register/finish",
    auth: "none",
    input: RegisterFinishSchema,
    output: TokensSchema,
    status: 201,
    summary: "Finish registering; the account exists from here on.",
  },
  loginStart: {
    method: "POST",
    path: "/auth/login/start",
    auth: "none",
    input: LoginStartSchema,
    output: LoginStartAnswerSchema,
    status: 200,
    summary: "Begin to sign in.",
  },
  loginFinish: {
    method: "POST",
    path: "/auth/login/finish",
    auth: "none",
    input: LoginFinishSchema,
    output: TokensSchema,
    status: 200,
    summary: "Finish signing in.",
  },
  refresh: {
    method: "POST",
    path: "/auth/refresh",
    auth: "none",
    input: RefreshSchema,
    output: TokensSchema,
    status: 200,
    summary:
      "Exchange a refresh token for new tokens. A token used again ends its session, save that a lost answer can be asked for again within a minute.",
  },
  logout: {
    method: "POST",
    path: "/auth/logout",
    auth: "token",
    sessionOnly: true,
    status: 204,
    summary: "End the session of the caller.",
  },
  sessions: {
    method: "GET",
    path: "/auth/sessions",
    auth: "token",
    sessionOnly: true,
    output: SessionListSchema,
    status: 200,
    summary: "Where the account is signed in.",
  },
  endSession: {
    method: "DELETE",
    path: "/auth/sessions/:id",
    auth: "token",
    sessionOnly: true,
    status: 204,
    summary: "End a session.",
  },
  tokens: {
    method: "GET",
    path: "/auth/tokens",
    auth: "token",
    sessionOnly: true,
    output: ApiTokenListSchema,
    status: 200,
    summary: "The tokens made for programs.",
  },
  createToken: {
    method: "POST",
    path: "/auth/tokens",
    auth: "token",
    sessionOnly: true,
    input: ApiTokenRequestSchema,
    output: NewApiTokenSchema,
    status: 201,
    summary: "Make a token for a program.",
  },
  deleteToken: {
    method: "DELETE",
    path: "/auth/tokens/:id",
    auth: "token",
    sessionOnly: true,
    status: 204,
    summary: "Revoke a token.",
  },

  invites: {
    method: "GET",
    path: "/admin/invites",
    auth: "operator",
    scope: "admin",
    output: InviteListSchema,
    status: 200,
    summary: "The invitations.",
  },
  createInvite: {
    method: "POST",
    path: "/admin/invites",
    auth: "operator",
    scope: "admin",
    input: InviteRequestSchema,
    output: NewInviteSchema,
    status: 201,
    summary: "Invite somebody.",
  },
  accounts: {
    method: "GET",
    path: "/admin/accounts",
    auth: "operator",
    scope: "admin",
    query: AccountPageQuerySchema,
    output: AccountListSchema,
    status: 200,
    summary: "The accounts, by name.",
  },
  patchAccount: {
    method: "PATCH",
    path: "/admin/accounts/:name",
    auth: "operator",
    scope: "admin",
    input: AccountPatchSchema,
    output: AccountInfoSchema,
    status: 200,
    summary: "Suspend an account or change its quota.",
  },
  queue: {
    method: "GET",
    path: "/admin/queue",
    auth: "operator",
    scope: "admin",
    output: QueueSchema,
    status: 200,
    summary: "What waits, by host.",
  },
  retryQueue: {
    method: "POST",
    path: "/admin/queue/:host/retry",
    auth: "operator",
    scope: "admin",
    output: QueueRetrySchema,
    status: 200,
    summary: "Try now what waits for a host.",
  },
  peers: {
    method: "GET",
    path: "/admin/peers",
    auth: "operator",
    scope: "admin",
    query: PeerPageQuerySchema,
    output: PeerListSchema,
    status: 200,
    summary: "The servers known here, by host.",
  },
  patchPeer: {
    method: "PATCH",
    path: "/admin/peers/:host",
    auth: "operator",
    scope: "admin",
    input: PeerPatchSchema,
    output: PeerInfoSchema,
    status: 200,
    summary: "Allow or block a host.",
  },
  status: {
    method: "GET",
    path: "/admin/status",
    auth: "operator",
    scope: "admin",
    output: StatusSchema,
    status: 200,
    summary: "How the server is.",
  },

  openapi: {
    method: "GET",
    path: "/openapi.json",
    auth: "none",
    output: Type.Object({}),
    status: 200,
    summary: "This description.",
  },
  health: {
    method: "GET",
    path: "/health",
    auth: "none",
    output: HealthSchema,
    status: 200,
    summary: "Whether the server takes requests.",
  },
} as const satisfies Record<string, Route>;

export type RouteName = keyof typeof routes;

/** The body a route takes, undefined when it takes none or raw bytes. */
export type RouteInput<Name extends RouteName> = (typeof routes)[Name] extends {
  input: infer Input extends TSchema;
}
  ? Static<Input>
  : undefined;

/** The body a route answers with, undefined when it answers with none or raw bytes. */
export type RouteOutput<Name extends RouteName> = (typeof routes)[Name] extends {
  output: infer Output extends TSchema;
}
  ? Static<Output>
  : undefined;

/** The query a route takes. */
export type RouteQuery<Name extends RouteName> = (typeof routes)[Name] extends {
  query: infer Query extends TSchema;
}
  ? Static<Query>
  : undefined;
