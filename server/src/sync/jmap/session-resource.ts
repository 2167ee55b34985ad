import { createHash } from "node:crypto";
import { capabilities, type JmapSession, type Scope } from "@posthorn/protocol";
import { mostMailboxesOfMessage } from "../../objects/mailbox-faults.ts";
import { accountIdOf } from "./arguments.ts";
import { coreLimits, digestAlgorithms, lookupTypes, mostDataSources } from "./limits.ts";
import type { JmapCaller } from "./method.ts";
import { collations } from "./query-arguments.ts";

export interface SessionContext {
  host: string;
  /** The origin that clients call, without a slash at its end. */
  endpoint: string;
  /** The key that push messages are signed with (RFC 9749), in base64url; undefined when the server sends none. */
  applicationServerKey: string | undefined;
  /** What can be sorted by in Email/query. */
  emailQuerySortOptions: readonly string[];
}

const yearS = 31_536_000;

/** The session object of a caller (RFC 8620 §2). */
export function sessionOf(ctx: SessionContext, caller: JmapCaller): JmapSession {
  const { endpoint } = ctx;
  const accountId = accountIdOf(caller);
  const username = `${caller.accountName}@${ctx.host}`;
  const accountCapabilities = capabilitiesOfAccount(ctx, caller.scopes);
  const session = {
    capabilities: capabilitiesOfServer(ctx),
    accounts: {
      [accountId]: {
        name: username,
        isPersonal: true,
        isReadOnly: !caller.scopes.has("draft"),
        accountCapabilities,
      },
    },
    primaryAccounts: Object.fromEntries(
      Object.keys(accountCapabilities)
        .filter((name) => name !== capabilities.core)
        .map((name) => [name, accountId]),
    ),
    username,
    apiUrl: `${endpoint}/jmap/api`,
    downloadUrl: `${endpoint}/jmap/download/{accountId}/{blobId}/{name}?accept={type}`,
    uploadUrl: `${endpoint}/jmap/upload/{accountId}`,
    eventSourceUrl: `${endpoint}/jmap/events?types={types}&closeafter={closeafter}&ping={ping}`,
  };
  return { ...session, state: stateOf(session) };
}

/** States that are remembered, at some 100 bytes each. */
const mostStates = 10_000;

/**
 * The states of the session objects of callers, which stand in every answer (RFC 8620 §3.4). One that was told of late is
 * not made again: a session depends on the server, the account and the credential's scopes, and on nothing else.
 */
export function sessionStates(ctx: SessionContext): (caller: JmapCaller) => string {
  const known = new Map<string, string>();
  return (caller) => {
    const key = JSON.stringify([caller.accountId, caller.accountName, ...caller.scopes]);
    const told = known.get(key);
    if (told !== undefined) return told;
    const { state } = sessionOf(ctx, caller);
    if (known.size >= mostStates) known.clear();
    known.set(key, state);
    return state;
  };
}

/** What may stand in a request's `using`. */
export function capabilitiesOfServer(ctx: SessionContext): Record<string, object> {
  return {
    [capabilities.core]: { ...coreLimits, collationAlgorithms: [...collations] },
    [capabilities.mail]: {},
    [capabilities.submission]: {},
    [capabilities.vacation]: {},
    [capabilities.quota]: {},
    [capabilities.blob]: {},
    ...(ctx.applicationServerKey === undefined
      ? {}
      : { [capabilities.vapid]: { applicationServerKey: ctx.applicationServerKey } }),
    [capabilities.posthorn]: {},
  };
}

/** Those whose methods a credential with these scopes may call (RFC 8620 §2, RFC 8621 §1.3, RFC 9404 §3). */
function capabilitiesOfAccount(ctx: SessionContext, scopes: ReadonlySet<Scope>): Record<string, object> {
  return {
    [capabilities.core]: {},
    [capabilities.mail]: {
      maxMailboxesPerEmail: mostMailboxesOfMessage,
      maxMailboxDepth: 10,
      maxSizeMailboxName: 255,
      maxSizeAttachmentsPerEmail: coreLimits.maxSizeUpload,
      emailQuerySortOptions: [...ctx.emailQuerySortOptions],
      mayCreateTopLevelMailbox: scopes.has("draft"),
    },
    [capabilities.submission]: {
      maxDelayedSend: scopes.has("send") ? yearS : 0,
      submissionExtensions: { FUTURERELEASE: [] },
    },
    [capabilities.vacation]: {},
    [capabilities.quota]: {},
    [capabilities.blob]: {
      maxSizeBlobSet: coreLimits.maxSizeUpload,
      maxDataSources: mostDataSources,
      supportedTypeNames: [...lookupTypes],
      supportedDigestAlgorithms: [...digestAlgorithms],
    },
    [capabilities.posthorn]: {},
  };
}

/** Another text for every other session (RFC 8620 §2). */
function stateOf(session: object): string {
  return createHash("sha256").update(JSON.stringify(session)).digest("base64url").slice(0, 16);
}
