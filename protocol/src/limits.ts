/**
 * Every maximum of the wire in one place (§20.2). A schema takes its maximum from here, discovery publishes the ones a
 * peer must know, and the texts of errors name them. Characters are Unicode code points; bytes are bytes of UTF-8.
 */
const blobBytes = 8 * 1024 * 1024;
const chunks = 3500;

export const limits = {
  messageBytes: 256 * 1024,
  jsonDepth: 32,
  recipients: 500,
  attachments: 100,
  blobBytes,
  chunks,
  fileBytes: blobBytes * chunks,
  batchLines: 100,
  batchBytes: 4 * 1024 * 1024,
  discoveryBytes: 64 * 1024,

  host: 259,
  addressId: 129,
  addressText: 389,
  fromName: 100,
  subject: 1000,
  body: 200_000,
  text: 20_000,
  title: 1000,
  description: 20_000,
  filename: 255,
  mimeType: 127,
  emoji: 32,
  encryptedBody: 256 * 1024,
  typeName: 64,

  discoveryKeys: 16,
  discoveryOldKeys: 64,
  discoveryTypes: 100,
  contact: 320,
  software: 100,

  code: 64,
  detail: 2000,
  pointer: 1000,
  retryAfterS: 7 * 24 * 60 * 60,
  /** Blobs one message can name: its chunks and whole files, bounded again by its bytes. */
  missing: 4096,

  /** Epochs of one statement, statements of one account (§90.5, §90.6), and epochs an account keeps the secrets of. */
  epochs: 8,
  statements: 1000,
  wrappedEpochs: 4096,
  /** Addresses that an account which hides its keys shows them to. */
  allowed: 10_000,
  /** A message sealed on arrival (§100.12), in base64url, and the whole of what stands in its place. */
  sealedArrival: 400_000,
  arrivalBytes: 450_000,
  /** A sealed record in base64url. */
  sealedRecord: 240_000,

  /** Recipients an account may write to in a minute, or at once, as an operator sets it. */
  recipientsInTime: 1_000_000_000,
  undoS: 600,
  listItems: 500,
  keywords: 100,
  keyword: 100,
  mailboxName: 255,
  token: 4096,
  label: 100,
  state: 64,
  opaqueMessage: 8192,
  requestBytes: 65_536,
  count: Number.MAX_SAFE_INTEGER,
} as const;
