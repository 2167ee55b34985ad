/** The wire: schemas and their types, the table of errors, the table of endpoints, the version. Imports nothing of ours. */
export {
  type Address,
  AddressIdSchema,
  AddressSchema,
  AddressTextSchema,
  accountName,
  accountOf,
  findAddress,
  formatAddress,
  parseAddress,
  sameAddress,
} from "./address.ts";
export { AccountNameSchema } from "./api/account-name.ts";
export * from "./api/auth.ts";
export * from "./api/device-link.ts";
export * from "./api/id.ts";
export * from "./api/keys.ts";
export * from "./api/operator.ts";
export * from "./api/peer.ts";
export * from "./api/reason.ts";
export * from "./api/reset.ts";
export type { MediaType, Route } from "./api/route.ts";
export * from "./api/send.ts";
export {
  type RouteInput,
  type RouteName,
  type RouteOutput,
  type RouteQuery,
  routes,
} from "./api.ts";
export * from "./discovery.ts";
export { type ErrorCode, errors, isErrorCode, type Retry } from "./errors.ts";
export { type Hash, HashSchema } from "./hash.ts";
export { HostSchema, hostName, hostPort, isHost, parseHost } from "./host.ts";
export { capabilities } from "./jmap/capabilities.ts";
export * from "./jmap/email.ts";
export * from "./jmap/email-submission.ts";
export { IdSchema } from "./jmap/id.ts";
export * from "./jmap/mail-body.ts";
export * from "./jmap/mailbox.ts";
export * from "./jmap/own-account.ts";
export * from "./jmap/record.ts";
export * from "./jmap/request.ts";
export * from "./jmap/sender.ts";
export * from "./jmap/session.ts";
export * from "./jmap/set-error.ts";
export * from "./jmap/streams.ts";
export { limits } from "./limits.ts";
export { type Arrival, ArrivalSchema, findArrival } from "./message/arrival.ts";
export {
  type Attachment,
  AttachmentSchema,
  type SealedAttachment,
  SealedAttachmentSchema,
} from "./message/attachment.ts";
export { PersonNameSchema } from "./message/author.ts";
export { attachmentsOf, type BlobRef, blobsOf, blobsOfFile } from "./message/blobs-of.ts";
export * from "./message/calendar-cancel.ts";
export { EventUidSchema, ParticipationStatusSchema, SequenceSchema } from "./message/calendar-event.ts";
export * from "./message/calendar-invite.ts";
export * from "./message/calendar-reply.ts";
export * from "./message/chat-message.ts";
export { checkMessage, readMessage } from "./message/check-message.ts";
export * from "./message/edit.ts";
export {
  type Email,
  type PlainEmail,
  PlainEmailSchema,
  type SealedEmail,
  SealedEmailSchema,
} from "./message/email.ts";
export * from "./message/file-transfer.ts";
export {
  AnyMessageSchema,
  isMessageType,
  isType,
  type KnownMessage,
  type Message,
  type MessageByType,
  type MessageType,
  messageTypes,
  sealOf,
  typeOf,
} from "./message/message.ts";
export * from "./message/reaction.ts";
export * from "./message/recall.ts";
export * from "./message/receipt.ts";
export {
  DurationSchema,
  LocalTimeSchema,
  type RecurrenceRule,
  RecurrenceRuleSchema,
} from "./message/recurrence.ts";
export { type Target, TargetSchema } from "./message/routing.ts";
export {
  conversationOf,
  fromNameOf,
  hostsOf,
  recipientsOf,
  senderOf,
  targetIdOf,
} from "./message/routing-of.ts";
export {
  type Follows,
  FollowsSchema,
  readSaid,
  type Said,
  type SaidFile,
  SaidFileSchema,
  writeSaid,
} from "./message/said.ts";
export { type Seal, SealRecipientSchema, SealSchema } from "./message/seal.ts";
export { TypeNameSchema } from "./message/type-name.ts";
export * from "./message/unknown-message.ts";
export { isLine, joinLines, splitLines } from "./ndjson.ts";
export { openApi } from "./openapi.ts";
export { fail, type Problem, ProblemError, type ProblemExtra, ProblemSchema, problem } from "./problem.ts";
export { type Shape, shape } from "./shape.ts";
export { readJson } from "./strict-json.ts";
export { completeSubmission, type Submission, SubmissionSchema } from "./submission.ts";
export { oneLine } from "./text.ts";
export { findTime, formatTime, parseTime, TimeSchema } from "./time.ts";
export { ReferenceSchema, type Uuid, UuidSchema, uuidV7 } from "./uuid.ts";
export * from "./verdict.ts";
export { wireHistory, wireVersion } from "./version.ts";
