/** What a page can watch. A view is read again when one of its topics is told of. */
import { statuses } from "@posthorn/client";
import { type Activity, readActivity } from "./activity.ts";
import { type Folder, listFolders } from "./folders.ts";
import { type HeldLetter, readHeldLetter } from "./held-letters.ts";
import { findLetterFiles, type KeptLetter, readDraft, readUploads, type Uploads } from "./letter-desk.ts";
import type { LetterFile } from "./letter-files.ts";
import { listUnreadable, type UnreadableDrafts } from "./list-drafts.ts";
import { listThreads, noThreads, type ThreadPage } from "./list-threads.ts";
import { listRefusedLetters, type RefusedLetter } from "./open-letter.ts";
import { operatorViews } from "./operator-views.ts";
import { isOutOfReach } from "./out-of-reach.ts";
import { ownViews } from "./own-views.ts";
import { type Quota, readQuota } from "./quota.ts";
import { readThread, type ThreadView } from "./read-thread.ts";
import { type FileMotion, readMotion } from "./save-files.ts";
import { listStrangers, type Stranger } from "./screener.ts";
import { type SearchState, searchState } from "./search-threads.ts";
import { readSenderNews, type SenderNews } from "./sender-news.ts";
import { transferViews } from "./transfer-calls.ts";
import { view } from "./view.ts";
import { readWaitingLetter, type WaitingLetter } from "./waiting-letter.ts";

export interface Account {
  address: string;
}

export interface Status {
  /** `starting` nothing was read yet. */
  state: "starting" | "working" | "live" | "waiting" | "signedOut" | "stopped";
  /** Why it waits, and what to do. */
  sentence: string | null;
  /** Of the sentence. */
  code?: string | undefined;
  /** It waits for a server that does not answer; else for one that has said why. */
  isOutOfReach: boolean;
}

export const views = {
  /** Null while nobody is signed in. */
  account: view<Record<string, never>, Account | null>(["account"], async (room) => {
    // Whoever sits here sits here, also where nobody could be found at first.
    if (room.desk() === undefined) await room.resumed;
    const desk = room.desk();
    return desk === undefined ? null : { address: desk.mail.session.address };
  }),

  status: view<Record<string, never>, Status>(["account", "status"], async (room) => {
    const kept = await room.desk()?.mail.store.get(statuses, "status");
    return kept === undefined
      ? { state: "starting", sentence: null, isOutOfReach: false }
      : { state: kept.state, sentence: kept.sentence, code: kept.code, isOutOfReach: isOutOfReach(kept) };
  }),

  folders: view<Record<string, never>, Folder[]>(["account", "folders", "drafts"], async (room) => {
    const desk = room.desk();
    return desk === undefined ? [] : listFolders(desk);
  }),

  threads: view<Parameters<typeof listThreads>[1], ThreadPage>(
    // What could not be opened without the network is asked for again when that is there.
    ["account", "rows", "texts", "names", "folders", "sending", "drafts", "status"],
    async (room, input) => {
      const desk = room.desk();
      return desk === undefined ? noThreads(input.from) : listThreads(desk, input);
    },
  ),

  thread: view<{ threadId: string }, ThreadView | null>(
    ["account", "rows", "texts", "names", "sending"],
    async (room, input) => {
      const desk = room.desk();
      return desk === undefined ? null : readThread(desk, input, () => room.tell(["texts"]));
    },
  ),

  /** The files of a letter that is being written, as far as they have gone up. */
  letterFiles: view<{ letterId: number }, LetterFile[]>(["letters"], async (_, { letterId }) =>
    findLetterFiles(letterId),
  ),

  /** What goes up of all letters, shown or not. */
  uploads: view<Record<string, never>, Uploads>(["letters"], async () => readUploads()),

  /** A draft that is being written, for what comes of it from elsewhere. */
  draft: view<{ name: string }, KeptLetter | null>(["account", "drafts"], async (room, { name }) => {
    const desk = room.desk();
    return desk === undefined ? null : readDraft(desk.mail, name);
  }),

  unreadableDrafts: view<Record<string, never>, UnreadableDrafts>(
    ["account", "drafts", "settings"],
    async (room) => {
      const desk = room.desk();
      return desk === undefined ? { ids: [], mayComeBack: false } : listUnreadable(desk);
    },
  ),

  /** When a message goes that one has sent and that can still be taken back. */
  heldLetter: view<{ messageId: string }, HeldLetter | null>(["account", "sending"], async (room, input) => {
    const desk = room.desk();
    return desk === undefined ? null : readHeldLetter(desk.mail, input);
  }),

  /** A letter that waits on this device; null when it has gone. */
  waitingLetter: view<{ wireId: string }, WaitingLetter | null>(
    ["account", "drafts", "sending"],
    async (room, input) => {
      const desk = room.desk();
      return desk === undefined ? null : readWaitingLetter(desk, input);
    },
  ),

  /** Letters that were refused. */
  refusedLetters: view<Record<string, never>, RefusedLetter[]>(["account", "drafts"], async (room) => {
    const desk = room.desk();
    return desk === undefined ? [] : listRefusedLetters(desk);
  }),

  /** Of somebody who has written. */
  senderNews: view<{ address: string }, SenderNews | null>(["account", "people"], async (room, input) => {
    const desk = room.desk();
    return desk === undefined ? null : readSenderNews(desk, input);
  }),

  /** How far a download is that `fetchFile` was asked for with this ticket. */
  motion: view<{ ticket: number }, FileMotion | null>(["transfers"], async (_, input) => readMotion(input)),

  activity: view<Record<string, never>, Activity>(["account", "undo", "drafts"], async (room) => {
    const desk = room.desk();
    return desk === undefined ? { done: [], refused: [], waiting: 0, unsent: null } : readActivity(desk);
  }),

  /** Null while the server cannot say. */
  quota: view<Record<string, never>, Quota | null>(["account", "status"], async (room) => {
    const desk = room.desk();
    return desk === undefined ? null : readQuota(desk);
  }),

  screener: view<Record<string, never>, Stranger[]>(
    ["account", "rows", "texts", "names", "folders"],
    async (room) => {
      const desk = room.desk();
      return desk === undefined ? [] : listStrangers(desk);
    },
  ),

  /** How a search stands; null while nobody is signed in. */
  search: view<{ query: string }, SearchState | null>(
    ["account", "found", "coverage"],
    async (room, { query }) => {
      const desk = room.desk();
      return desk === undefined ? null : searchState(desk, query, desk.onFound);
    },
  ),

  ...ownViews,
  ...transferViews,
  ...operatorViews,
};

type Views = typeof views;
export type ViewName = keyof Views;
export type ViewInput<Name extends ViewName> = Parameters<Views[Name]["read"]>[1];
export type ViewOutput<Name extends ViewName> = Awaited<ReturnType<Views[Name]["read"]>>;
