/** Messages whose every field has its type and size, and which break a rule between fields (§20.17, §50.2). */
import { formatTime, limits } from "@posthorn/protocol";

export interface Unruly {
  name: string;
  /** What is changed of a good message. */
  fields: Record<string, unknown>;
  pointer: string;
  /** `invalidMessage` when not given. */
  code?: string;
}

const hash = "ab".repeat(32);
const other = "cd".repeat(32);
const someId = "0192f0c1-7b5e-7c3a-9d42-3f1b8a6c2e10";
const bob = { id: "bob", host: "b.test" };
const carol = { id: "carol", host: "c.test" };
const dayMs = 24 * 3_600_000;

const many = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ id: `u${index}`, host: "b.test" }));
const file = (size: number, chunks?: readonly string[]) => ({ hash, size, ...(chunks && { chunks }) });
const seal = (...addresses: readonly string[]) => ({
  encryptedBody: "AAAA",
  encryptionAlgorithm: "AES-256-GCM",
  seal: {
    suite: "posthorn-seal-1",
    commit: "A".repeat(43),
    fromKeyId: "k1",
    recipients: addresses.map((address) => ({ address, keyId: "k1", enc: "AAAA", wrap: "AAAA" })),
  },
});

export const unruly: readonly Unruly[] = [
  { name: "501 recipients", fields: { to: many(501) }, pointer: "/to" },
  { name: "500 recipients and one more in cc", fields: { to: many(500), cc: [carol] }, pointer: "/cc" },
  { name: "no recipient", fields: { to: [], cc: [] }, pointer: "/to" },
  {
    name: "101 attachments",
    fields: { attachments: Array.from({ length: 101 }, () => file(1)) },
    pointer: "/attachments",
  },
  { name: "the 30th of February", fields: { date: "2026-02-30T10:00:00Z" }, pointer: "/date" },
  {
    name: "a host whose label is no IDN",
    fields: { to: [{ id: "bob", host: "xn--a.test" }] },
    pointer: "/to/0/host",
  },
  { name: "a host in capitals", fields: { to: [{ id: "bob", host: "B.test" }] }, pointer: "/to/0/host" },
  {
    name: "an IP address as host",
    fields: { to: [{ id: "bob", host: "127.0.0.1" }] },
    pointer: "/to/0/host",
  },
  { name: "a host with a path", fields: { to: [{ id: "bob", host: "b.test/x" }] }, pointer: "/to/0/host" },
  { name: "a host with userinfo", fields: { to: [{ id: "bob", host: "x@b.test" }] }, pointer: "/to/0/host" },
  { name: "a path as id", fields: { to: [{ id: "../alice", host: "b.test" }] }, pointer: "/to/0/id" },
  {
    name: "chunks of a small file",
    fields: { attachments: [file(1, [hash, other])] },
    pointer: "/attachments/0/chunks",
  },
  {
    name: "too few chunks",
    fields: { attachments: [file(3 * limits.blobBytes, [hash, other])] },
    pointer: "/attachments/0/chunks",
  },
  {
    name: "no chunks",
    fields: { attachments: [file(limits.blobBytes + 1)] },
    pointer: "/attachments/0/chunks",
  },
  {
    name: "two sizes for a blob",
    fields: { attachments: [file(1), file(2)] },
    pointer: "/attachments/1/size",
  },
  { name: "an empty chat message", fields: { type: "chat_message", text: "" }, pointer: "/text" },
  { name: "an edit of nothing", fields: { type: "edit", target: someId }, pointer: "/body" },
  { name: "a sealed recall", fields: { type: "recall", target: someId, ...seal() }, pointer: "/seal" },
  {
    name: "an invitation by somebody else",
    fields: { type: "calendar_invite", organizer: carol, title: "t", startTime: "2025-03-15T10:00:00Z" },
    pointer: "/from",
  },
  {
    name: "a reply that does not go to the organizer",
    fields: { type: "calendar_reply", organizer: carol, uid: "u", participationStatus: "accepted" },
    pointer: "/organizer",
  },
  {
    name: "a receipt to somebody who is not the author",
    fields: { type: "receipt", to: [bob], target: { id: someId, from: carol }, event: "read" },
    pointer: "/to",
  },
  { name: "half a seal", fields: { encryptedBody: "AAAA" }, pointer: "/encryptionAlgorithm" },
  {
    name: "a seal and a subject",
    fields: { to: [bob], subject: "s", ...seal("bob@b.test") },
    pointer: "/subject",
  },
  {
    name: "sealed for one twice",
    fields: { to: [bob], ...seal("bob@b.test", "bob@b.test") },
    pointer: "/seal/recipients/1/address",
  },
  {
    name: "sealed for somebody else",
    fields: { to: [bob], ...seal("bob@b.test", "carol@c.test") },
    pointer: "/seal/recipients/1/address",
  },
  {
    name: "sealed for some",
    fields: { to: [bob, carol], ...seal("bob@b.test") },
    pointer: "/seal/recipients",
  },
];

/** What only one's own server refuses. */
export const unrulyOfAccount: readonly Unruly[] = [
  {
    name: "an address with a port",
    fields: { to: [bob, { id: "b", host: "b.test:8443" }] },
    pointer: "/to/1/host",
  },
  {
    name: "somebody else's name",
    fields: { from: { id: "bob", host: "alpha.test" } },
    pointer: "/from",
    code: "forbidden",
  },
  {
    name: "a name at another host",
    fields: { from: { id: "alice", host: "b.test" } },
    pointer: "/from",
    code: "forbidden",
  },
];

/** What only a receiving server refuses. */
export function unrulyOfPeer(nowMs: number): readonly Unruly[] {
  return [
    {
      name: "a date eleven days ago",
      fields: { date: formatTime(nowMs - 11 * dayMs) },
      pointer: "/date",
      code: "messageTooOld",
    },
    { name: "a date three days from now", fields: { date: formatTime(nowMs + 3 * dayMs) }, pointer: "/date" },
    { name: "another host", fields: { from: bob }, pointer: "/from/host", code: "senderMismatch" },
  ];
}
