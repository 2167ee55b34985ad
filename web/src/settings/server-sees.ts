/** What is between an account with keys and its server, thing by thing. What is said of it must be so: server-sees.test.ts. */

interface Thing {
  /** Names its words. */
  id: string;
  /** In these tables of the server's it can be read. */
  tables: readonly string[];
  /** So docs/protocol/100-sealing.md has it (100.10). */
  says: readonly string[];
}

/** What the server can read. */
export const seen = [
  {
    id: "who",
    tables: ["object", "delivery", "receipt", "key_statement"],
    says: [
      "Who writes to whom, all addresses and hosts",
      "which epochs it was sealed to",
      "who asks for whose keys",
    ],
  },
  { id: "when", tables: ["submission", "snooze", "sent_draft"], says: ["when", "until when it is snoozed"] },
  { id: "kind", tables: ["object"], says: ["`type`, `thread`, `inReplyTo` and `target`"] },
  {
    id: "size",
    tables: ["message_bytes", "upload", "blob", "blob_grant", "blob_announcement", "blob_ref"],
    says: ["the size of what is said and of each file after padding, and how many files there are"],
  },
  {
    id: "places",
    tables: ["object_mailbox", "thread_mailbox", "mark"],
    says: ["Where its own accounts keep a message, and its marks"],
  },
  {
    id: "set",
    tables: ["mailbox", "rule", "identity", "vacation", "vacation_answer"],
    says: ["names of mailboxes", "rules", "identities with their names and signatures", "answers while away"],
  },
  {
    id: "people",
    tables: ["sender", "key_consent"],
    says: ["whom they have accepted and blocked", "to whom alone they show their keys"],
  },
  {
    id: "devices",
    tables: ["account", "former_address", "invite", "session", "api_token"],
    says: ["names of devices and of programs with a token"],
  },
  {
    id: "push",
    tables: ["push_subscription"],
    says: ["at which push service their browsers are woken"],
  },
  { id: "online", tables: ["session"], says: ["when and from where they are online"] },
  { id: "records", tables: ["record", "record_gone"], says: ["how many records there are and how large"] },
  { id: "arrives", tables: ["message_bytes", "mail_index", "word_segment", "word_block"], says: [] },
] as const satisfies readonly Thing[];

/** What it cannot; the tables keep it sealed. */
export const unseen = [
  {
    id: "content",
    tables: ["message_bytes"],
    says: ["subject, text, events, what senders call themselves in them"],
  },
  { id: "files", tables: ["blob"], says: ["names and types of files"] },
  { id: "drafts", tables: ["record"], says: ["what is in records"] },
  { id: "search", tables: ["record"], says: [] },
  { id: "verified", tables: ["record"], says: [] },
  {
    id: "password",
    tables: [
      "password_record",
      "account_secret",
      "epoch_secret",
      "former_secret",
      "device_link",
      "reset_link",
    ],
    says: [],
  },
] as const satisfies readonly Thing[];

/** Of the server itself, and of nobody. */
export const ofServer = [
  "migration",
  "server_fact",
  "changes",
  "state_gap",
  "state_mark",
  "host_backoff",
  "peer",
  "login_state",
];
