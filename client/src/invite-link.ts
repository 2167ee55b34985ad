import { fail, isHost } from "@posthorn/protocol";

export interface InviteLink {
  /** `https://` and a host. */
  endpoint: string;
  token: string;
}

/** Reads `https://<host>/auth/invite/<token>`, as an operator hands it out. Throws ProblemError `badRequest`. */
export function parseInviteLink(text: string): InviteLink {
  const [, host = "", token = ""] =
    /^https:\/\/([^/?#@]+)\/auth\/invite\/([A-Za-z0-9_-]{16,})$/.exec(text.trim()) ?? [];
  if (isHost(host)) return { endpoint: `https://${host}`, token };
  return fail(
    "badRequest",
    "This is not an invitation's link. It looks like https://example.com/auth/invite/ and a long token; copy all of it.",
  );
}
