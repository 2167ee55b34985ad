import { type Static, type TSchema, Type } from "typebox";
import { AddressTextSchema } from "../address.ts";
import { EndpointSchema } from "../discovery.ts";
import { HostSchema } from "../host.ts";
import { limits } from "../limits.ts";
import { whole } from "../number.ts";
import { ProblemSchema } from "../problem.ts";
import { base64Url, oneLine } from "../text.ts";
import { TimeSchema } from "../time.ts";
import { AccountNameSchema } from "./account-name.ts";
import { list, ObjectIdSchema } from "./id.ts";
import { ReasonSchema } from "./reason.ts";

const count = whole(limits.count);
const closed = { additionalProperties: false };

export const InviteSchema = Type.Object({
  id: ObjectIdSchema,
  name: Type.Union([AccountNameSchema, Type.Null()]),
  createdAt: TimeSchema,
  expiresAt: TimeSchema,
  usedAt: Type.Optional(TimeSchema),
  usedBy: Type.Optional(AddressTextSchema),
  /** The account that it makes is an operator's. */
  operator: Type.Optional(Type.Boolean()),
});

export type Invite = Static<typeof InviteSchema>;

export const InviteListSchema = Type.Object({ invites: list(InviteSchema) });

export const InviteRequestSchema = Type.Object(
  {
    name: Type.Optional(AccountNameSchema),
    expiresInS: Type.Optional(whole(366 * 86_400, 60)),
    quotaBytes: Type.Optional(count),
    operator: Type.Optional(Type.Boolean()),
  },
  closed,
);

/** A new invitation; its token and link are shown this once. */
export const NewInviteSchema = Type.Object({
  ...InviteSchema.properties,
  token: oneLine(limits.token, 16),
  url: oneLine(2000, 8),
});

export type NewInvite = Static<typeof NewInviteSchema>;

export const AccountInfoSchema = Type.Object({
  id: ObjectIdSchema,
  name: AccountNameSchema,
  address: AddressTextSchema,
  createdAt: TimeSchema,
  suspended: Type.Boolean(),
  /** Whoever signs in to it may do what the operator does. */
  operator: Type.Boolean(),
  quotaBytes: count,
  usedBytes: count,
  lastSeenAt: Type.Optional(TimeSchema),
  /** Its owner has closed it: when it is erased. */
  eraseAt: Type.Optional(TimeSchema),
});

export type AccountInfo = Static<typeof AccountInfoSchema>;

/** A page of a list; `next` is the `after` of the next one, absent on the last. */
export const AccountListSchema = Type.Object({
  accounts: list(AccountInfoSchema),
  next: Type.Optional(AccountNameSchema),
});

export const AccountPatchSchema = Type.Object(
  {
    suspended: Type.Optional(Type.Boolean()),
    operator: Type.Optional(Type.Boolean()),
    quotaBytes: Type.Optional(count),
  },
  closed,
);

/** What is queued for one host: what waits, and apart from it what has its own hour, a schedule or an undo. */
export const QueueHostSchema = Type.Object({
  host: HostSchema,
  waiting: count,
  scheduled: count,
  /** Since when the first of what waits has waited; left out when nothing does. */
  oldestAt: Type.Optional(TimeSchema),
  nextAttemptAt: TimeSchema,
  failureCount: count,
  problem: Type.Optional(ProblemSchema),
});

export type QueueHost = Static<typeof QueueHostSchema>;

export const QueueSchema = Type.Object({ hosts: list(QueueHostSchema), waiting: count, scheduled: count });

export const QueueRetrySchema = Type.Object({ host: HostSchema, retried: count });

/** How many messages are given up, and how many are just being tried, which are not. */
export const QueueCancelSchema = Type.Object({ host: HostSchema, cancelled: count, underWay: count });

export const PeerPolicySchema = Type.Enum(["allow", "block"]);

export type PeerPolicy = Static<typeof PeerPolicySchema>;

/** What is known of another server. */
export const PeerInfoSchema = Type.Object({
  host: HostSchema,
  policy: PeerPolicySchema,
  endpoint: Type.Optional(EndpointSchema),
  rootKey: Type.Optional(base64Url(43, 43)),
  /** When it was first seen with another root key than before; gone once the operator allows it as it is (§30.6). */
  rootKeyChangedAt: Type.Optional(TimeSchema),
  firstSeenAt: TimeSchema,
  lastSeenAt: Type.Optional(TimeSchema),
  lastSuccessAt: Type.Optional(TimeSchema),
  lastFailure: Type.Optional(Type.Object({ at: TimeSchema, problem: ProblemSchema })),
});

export type PeerInfo = Static<typeof PeerInfoSchema>;

export const PeerListSchema = Type.Object({ peers: list(PeerInfoSchema), next: Type.Optional(HostSchema) });

export const PeerPatchSchema = Type.Object({ policy: PeerPolicySchema }, closed);

/** One thing looked at, whether it is well, and a sentence that says what to do when it is not. */
export const CheckSchema = Type.Object({
  name: oneLine(limits.label, 1),
  ok: Type.Boolean(),
  detail: Type.Optional(oneLine(limits.detail)),
  /** What `detail` says. */
  reason: Type.Optional(ReasonSchema),
});

export type Check = Static<typeof CheckSchema>;

export const StatusSchema = Type.Object({
  host: HostSchema,
  software: oneLine(limits.software),
  wireVersion: whole(1000, 1),
  startedAt: TimeSchema,
  accounts: count,
  messages: count,
  storedBytes: count,
  freeBytes: count,
  waiting: count,
  checks: list(CheckSchema, 50),
});

export type Status = Static<typeof StatusSchema>;

/** What an operator can change while the server runs; what it was started with holds until then. */
export const PolicyRulesSchema = Type.Object({
  /** What a new account may hold. */
  quotaBytes: whole(limits.count, 1_000_000),
  /** Mail of strangers waits in new accounts until their owner has said yes. */
  screening: Type.Boolean(),
  /** New accounts begin with a few letters of the postmaster. */
  greeting: Type.Boolean(),
  /** Recipients an account may write to in a minute, and at once. */
  recipientsPerMinute: whole(limits.recipientsInTime, 1),
  recipientsAtOnce: whole(limits.recipientsInTime, 1),
  /** How others reach whoever runs the server; empty where that is not said. */
  contact: oneLine(limits.contact),
});

export type PolicyRules = Static<typeof PolicyRulesSchema>;
export type PolicyRule = keyof PolicyRules;

export const PolicyRuleSchema = Type.Enum([
  "quotaBytes",
  "screening",
  "greeting",
  "recipientsPerMinute",
  "recipientsAtOnce",
  "contact",
]);

/** What the server lets people do now. */
export const PolicySchema = Type.Object({
  ...PolicyRulesSchema.properties,
  /** Who may have an account: whom an operator has invited. */
  signUp: Type.Enum(["invitation"]),
  messageBytes: count,
  fileBytes: count,
  /** How long a message is tried that cannot be delivered. */
  triedForS: count,
  /** Which of the rules an operator has changed. */
  changed: list(PolicyRuleSchema, 20),
  /** What the server was started with, which holds again where a change is taken back. */
  started: PolicyRulesSchema,
});

export type Policy = Static<typeof PolicySchema>;

const { quotaBytes, screening, greeting, recipientsPerMinute, recipientsAtOnce, contact } =
  PolicyRulesSchema.properties;

/** Null takes a change back. */
export const PolicyPatchSchema = Type.Object(
  {
    quotaBytes: orBack(quotaBytes),
    screening: orBack(screening),
    greeting: orBack(greeting),
    recipientsPerMinute: orBack(recipientsPerMinute),
    recipientsAtOnce: orBack(recipientsAtOnce),
    contact: orBack(contact),
  },
  closed,
);

export type PolicyPatch = Static<typeof PolicyPatchSchema>;

function orBack<Schema extends TSchema>(schema: Schema) {
  return Type.Optional(Type.Union([schema, Type.Null()]));
}

const addresses = list(oneLine(100, 1), 100);

/** A sentence about what is wrong, and the same as a code. */
const fault = { fault: Type.Optional(oneLine(limits.detail)), reason: Type.Optional(ReasonSchema) };

/** How the world comes to a server, as it finds out itself. */
export const ReachSchema = Type.Object({
  host: HostSchema,
  endpoint: EndpointSchema,
  /** A trial on one machine: there is no DNS to be asked. */
  trial: Type.Boolean(),
  /** What DNS says of the endpoint's name. */
  name: Type.Object({
    name: oneLine(limits.host, 1),
    addresses,
    /** Whom the server has asked. */
    resolvers: addresses,
    /** Addresses of the machine that the world could call it by. */
    ownAddresses: addresses,
    ...fault,
  }),
  certificate: Type.Object({
    /** A proxy before the server has one that the server does not know. */
    shownBy: Type.Enum(["server", "proxy"]),
    endsAt: Type.Optional(TimeSchema),
    ...fault,
  }),
  /** Whether the host's name leads to this server as others look for it (§30.1). */
  others: Type.Object({ ok: Type.Boolean(), ...fault }),
  /** The document that the host's own name has to answer with where the endpoint has another (§30.3). */
  wellKnown: Type.Optional(Type.String({ maxLength: limits.discoveryBytes })),
});

export type Reach = Static<typeof ReachSchema>;

export const AccountPageQuerySchema = Type.Object({ after: Type.Optional(AccountNameSchema) }, closed);
export const PeerPageQuerySchema = Type.Object({ after: Type.Optional(HostSchema) }, closed);
