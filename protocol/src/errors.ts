/**
 * The one error table (§70). A code's status and what the sender should do about it come from here and nowhere else;
 * the docs' table is checked against it.
 *
 * - `never`: the same request will not succeed; give up.
 * - `later`: the same request may succeed later, no sooner than `retryAfterS` when that is given.
 * - `after-change`: it can succeed once something is changed first (upload a blob, renew a token, fetch keys anew).
 */
export type Retry = "never" | "later" | "after-change";

interface ErrorEntry {
  readonly status: number;
  readonly retry: Retry;
  readonly title: string;
}

function entry(status: number, retry: Retry, title: string): ErrorEntry {
  return { status, retry, title };
}

export const errors = {
  badJson: entry(400, "never", "The body is not acceptable JSON"),
  badRequest: entry(400, "never", "The request is not understood"),
  badHeader: entry(400, "after-change", "A header field is missing, doubled or malformed"),
  badAddress: entry(400, "never", "This is not an address"),
  badHost: entry(400, "never", "This is not a host name"),
  unauthorized: entry(401, "after-change", "The caller is not known"),
  badSignature: entry(401, "after-change", "The signature does not verify"),
  replayed: entry(401, "after-change", "This signature has been used before"),
  tokenExpired: entry(401, "after-change", "The token has expired"),
  forbidden: entry(403, "never", "The caller may not do this"),
  senderMismatch: entry(403, "never", "The sender is not who signed or signed in"),
  notAllowed: entry(403, "never", "The recipient does not take this message"),
  noConsent: entry(403, "after-change", "The account shows its keys to those only whom its owner has named"),
  accountClosing: entry(403, "after-change", "The account is about to be deleted"),
  peerBlocked: entry(403, "never", "This server does not take mail from that host"),
  notFound: entry(404, "never", "There is no such thing here"),
  recipientUnknown: entry(404, "never", "There is no such recipient here"),
  methodNotAllowed: entry(405, "never", "The path does not know this method"),
  timeout: entry(408, "later", "The request took too long to arrive"),
  idConflict: entry(409, "never", "The id is taken by another message"),
  alreadyExists: entry(409, "never", "It exists already"),
  changedMeanwhile: entry(409, "after-change", "It has been changed meanwhile"),
  noKeys: entry(409, "after-change", "A recipient has no keys to seal to"),
  keysChanged: entry(409, "after-change", "The keys of a contact have changed"),
  keysNotBelieved: entry(409, "after-change", "The keys that a server shows are not believed"),
  givenUp: entry(409, "never", "The operator of the sender's server has stopped trying"),
  notHeld: entry(409, "never", "The message is on its way and cannot be taken back"),
  gone: entry(410, "never", "It is no longer here"),
  recipientGone: entry(410, "never", "The recipient's address is no longer in use"),
  messageTooOld: entry(410, "never", "The message is too old to be accepted"),
  tooLarge: entry(413, "never", "The request is too large"),
  unsupportedType: entry(415, "never", "This content type is not taken here"),
  misdirected: entry(421, "after-change", "The request reached a server that does not speak for that host"),
  invalidMessage: entry(422, "never", "The message is not valid"),
  notOpened: entry(422, "never", "It cannot be opened"),
  blobMismatch: entry(422, "after-change", "The bytes do not have the promised hash or size"),
  blobsMissing: entry(424, "after-change", "Blobs of the message have not been uploaded"),
  rateLimited: entry(429, "later", "Too many requests"),
  internal: entry(500, "later", "The server failed"),
  unavailable: entry(503, "later", "The server cannot do this now"),
  mailboxFull: entry(507, "later", "The recipient's mailbox is full"),
  storageFull: entry(507, "later", "The server's storage is full"),
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errors;

/** True when `code` is in the table; a peer of a later version may send one that is not. */
export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errors, code);
}
