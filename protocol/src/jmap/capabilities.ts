/** The capabilities of JMAP that a server has (RFC 8620 §2). */
export const capabilities = {
  core: "urn:ietf:params:jmap:core",
  mail: "urn:ietf:params:jmap:mail",
  submission: "urn:ietf:params:jmap:submission",
  vacation: "urn:ietf:params:jmap:vacationresponse",
  quota: "urn:ietf:params:jmap:quota",
  blob: "urn:ietf:params:jmap:blob",
  vapid: "urn:ietf:params:jmap:webpush-vapid",
  /** Ours (§85): what of Posthorn JMAP has no words for. */
  posthorn: "urn:posthorn:jmap",
} as const;
