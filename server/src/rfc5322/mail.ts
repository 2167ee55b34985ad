/**
 * A mail as JMAP sees it (RFC 8621 §4.1), whatever it is stored as: read from bytes of RFC 5322 by `parseMail`, or made
 * of a Posthorn message by `emailOf`.
 */

/** A header field in the order of the mail. */
export interface MailHeader {
  /** As written. */
  name: string;
  /** The Raw form (§4.1.2.1): all that stands after the colon, folds included, without the CRLF at its end. */
  value: string;
}

/** What a body part's text is (§4.1.4, EmailBodyValue), whole. */
export interface BodyText {
  /** Lines end with LF. */
  value: string;
  isEncodingProblem: boolean;
}

/** Where the decoded bytes of a part are. */
type PartContent =
  | {
      kind: "here";
      bytes(): Uint8Array;
      /** All of it; or what is in so many of its bytes, if that is less work. */
      text(mostBytes?: number): BodyText;
    }
  /** A file of a Posthorn message, by its place among the attachments. */
  | { kind: "file"; place: number };

interface PartHead {
  /** Those of the part; at the top those of the whole mail (§4.1.4). */
  headers: readonly MailHeader[];
  /** In lower case, without parameters. */
  type: string;
  /** A file name, decoded. */
  name: string | undefined;
  charset: string | undefined;
  /** In lower case, without parameters. */
  disposition: string | undefined;
  /** Without angle brackets. */
  cid: string | undefined;
  language: readonly string[] | undefined;
  location: string | undefined;
}

/** A part that has content. */
export interface MailLeaf extends PartHead {
  /** A decimal number: the leaves are counted from 1 in the order of the mail. */
  partId: string;
  /** Of the decoded content. */
  readonly sizeBytes: number;
  content: PartContent;
  subParts: undefined;
}

/** A part of type multipart/*. */
interface MailBranch extends PartHead {
  partId: undefined;
  subParts: readonly MailPart[];
}

export type MailPart = MailLeaf | MailBranch;

export interface ParsedMail {
  headers: readonly MailHeader[];
  structure: MailPart;
  /** The parts to show, in order, and the rest, as RFC 8621 §4.1.4 chooses them. */
  textBody: readonly MailLeaf[];
  htmlBody: readonly MailLeaf[];
  attachments: readonly MailLeaf[];
  hasAttachment: boolean;
}

/** An address of a header field (§4.1.2.3). */
export interface EmailAddress {
  name: string | null;
  email: string;
}

/** Addresses in their group; `name` is null for those in none (§4.1.2.4). */
export interface EmailAddressGroup {
  name: string | null;
  addresses: readonly EmailAddress[];
}
