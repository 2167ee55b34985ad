/** What an account's mail on this device consists of. */

import { noteKept } from "../keys/kept-under.ts";
import type { LocalPlace, LocalSchema, LocalStore } from "../local/local-store.ts";
import { findLocalKey, type LocalKey } from "../local/seal-local.ts";
import { type BytesTable, bytesTable, rowTable } from "../local/table.ts";
import type { Tabs } from "../local/tabs.ts";
import { emailFacts } from "../mail-search/email-facts.ts";
import { withFacts } from "../mail-search/facts-store.ts";
import { sharedSegments } from "../mail-search/shared-segments-table.ts";
import { searchPieces } from "../search/local-segments.ts";
import type { Session } from "../session.ts";
import { changedEmails } from "./changed-emails.ts";
import { comparedHere, keepComparedHere } from "./compared-here.ts";
import { mirrors } from "./mirror.ts";
import { settleTables } from "./settle.ts";
import { countWritten, forgetWritten } from "./written.ts";

/** An account's mail, kept here and kept the same as on its server. */
export interface Mail {
  readonly session: Session;
  readonly store: LocalStore;
  readonly tabs: Tabs;
  /** Seals what was opened; undefined for an account without keys. */
  readonly key: LocalKey | undefined;
}

/** How far a type of object is read. */
export interface SyncState {
  /** Of the mirror. */
  key: string;
  /** As the server names it; changes since then are not known here. Null when it is to be read anew from its beginning. */
  state: string | null;
  /** Counts how often the whole was read from its beginning. */
  pass: number;
  /** Whether this pass has come to its end. */
  isWhole: boolean;
  /** The ids that were read last, after which it goes on. */
  frontier: string[];
  /** How many there are in all, as far as that is known. */
  total: number | null;
}

export const syncStates = rowTable({
  name: "syncStates",
  keyOf: ({ key }: SyncState) => key,
  matches: (value): value is SyncState => typeof value === "object" && value !== null && "frontier" in value,
  indexes: {},
});

/** Names what is no mirror: the account itself, which was closed or reopened when its state is another, or has got old keys back. */
export const accountKey = "Account";

/** How it goes with keeping the two the same, for people. */
export interface SyncStatus {
  key: "status";
  /** `working` it is being read · `live` all is here, and what comes is heard of · `waiting` for the server · `signedOut` · `stopped` by a fault. */
  state: "working" | "live" | "waiting" | "signedOut" | "stopped";
  /** Why it waits or has stopped, and what to do. */
  sentence: string | null;
  /** The code of the table of errors, or `unreachable.` with its reason, or `unexpectedAnswer`; absent where there is none. */
  code?: string | undefined;
  sinceMs: number;
}

export const statuses = rowTable({
  name: "statuses",
  keyOf: ({ key }: SyncStatus) => key,
  matches: (value): value is SyncStatus => typeof value === "object" && value !== null && "sinceMs" in value,
  indexes: {},
});

/** Letters that wait to be sent or may be taken back, sealed; by the message's id. */
export const letters = bytesTable({ name: "letters", isKept: true });

/** Files of drafts that have not gone up, sealed piece by piece; by their ids on this device. */
export const unsentFiles = bytesTable({ name: "unsentFiles", isKept: true });

/** How far old mail was brought in, sealed. */
export const bringing = bytesTable({ name: "bringing", isKept: true });

/** Messages as they were opened, sealed; by the email's id. */
export const openedTexts: BytesTable = bytesTable({ name: "openedTexts" });

/** What people call themselves, sealed; by their addresses. */
export const senderNames: BytesTable = bytesTable({ name: "senderNames" });

/** Messages as they lie on the server, as they were read; by the email's id. */
export const wireTexts: BytesTable = bytesTable({ name: "wireTexts" });

const tables = [
  ...new Map(
    [
      ...settleTables,
      ...mirrors.flatMap((mirror) => mirror.tables),
      syncStates,
      statuses,
      letters,
      unsentFiles,
      bringing,
      comparedHere,
      wireTexts,
      openedTexts,
      senderNames,
      changedEmails,
      emailFacts,
      searchPieces,
      sharedSegments,
    ].map((table) => [table.name, table] as const),
  ).values(),
];

/** To be counted up with every change to what rows consist of or are found by. */
const mailSchema: LocalSchema = { version: 11, tables };

/** Opens what is kept of the account's mail. Asks no server. Throws LocalStoreError. */
export async function openMail(
  session: Session,
  { place, tabs }: { place: LocalPlace; tabs: Tabs },
): Promise<Mail> {
  const store = withFacts(await place.open(mailSchema));
  let key = await findLocalKey(session);
  if (key !== undefined) {
    noteKept(session, {
      count: () => countWritten(store),
      async renew() {
        key = await findLocalKey(session);
        await forgetWritten(store);
      },
    });
  }
  const mail: Mail = {
    session,
    store,
    tabs,
    get key() {
      return key;
    },
  };
  keepComparedHere(mail);
  return mail;
}
