/** What a page can ask to be done. */
import { dismissRefusal, resendRefusal } from "@posthorn/client";
import type { Opening } from "../composers.ts";
import { type ActInput, actOnThreads } from "./act-on-threads.ts";
import { changeLabel, makeLabel, removeLabel } from "./change-labels.ts";
import type { Room } from "./desk.ts";
import { deskOf } from "./desk-of.ts";
import { handOver } from "./hand-over.ts";
import type { LetterFields } from "./letter-content.ts";
import {
  addFiles,
  type ClosingLetter,
  closeLetter,
  discardLetter,
  findLetterFiles,
  keepFields,
  letterOf,
  pauseLetterFile,
  readLetterFile,
  removeFile,
  resumeLetterFiles,
  retryFile,
} from "./letter-desk.ts";
import { discardUnreadable } from "./list-drafts.ts";
import { readDetails, saveMessage } from "./message-details.ts";
import { openLetter } from "./open-letter.ts";
import { forgetFaults } from "./open-missing.ts";
import { operatorCalls } from "./operator-calls.ts";
import { ownCalls } from "./own-calls.ts";
import { addressPerson, lookUpRecipient, suggestPeople } from "./recipients.ts";
import { fetchFile, stopFile } from "./save-files.ts";
import { findThreads, searchAgain } from "./search-threads.ts";
import { type SendInput, sendLetter } from "./send-letter.ts";
import { tellNews } from "./sender-news.ts";
import {
  beginAnewByLink,
  joinDevice,
  readDeviceLink,
  readHome,
  readInvitation,
  readReset,
  recoverAccount,
  regainMail,
  signIn,
  signUp,
} from "./sign-in.ts";
import { transferCalls } from "./transfer-calls.ts";
import { undoLast } from "./undo-last.ts";
import { countUntold } from "./untold.ts";

export const calls = {
  readHome,
  signIn,
  readInvitation,
  signUp,
  recoverAccount,
  readDeviceLink,
  joinByLink: joinDevice,
  readReset,
  beginAnew: beginAnewByLink,
  regainMail,

  /** False when what is kept here could not be removed. */
  signOut: (room: Room, { address }: { address: string }) => room.leave(address),

  countUntold: async (room: Room, _: Record<string, never>) => countUntold(room.desk()),

  /** A file of a message. */
  fetchFile: (room: Room, input: Parameters<typeof fetchFile>[2]) =>
    fetchFile(deskOf(room), room.tell, input),

  stopFile: async (_: Room, input: { ticket: number }) => stopFile(input),

  readDetails: (room: Room, input: { messageId: string }) => readDetails(deskOf(room), input),

  saveMessage: (room: Room, input: { messageId: string }) => saveMessage(deskOf(room), input),

  tellNews: async (room: Room, input: Parameters<typeof tellNews>[1]) => {
    await tellNews(deskOf(room), input);
    room.tell(["people"]);
  },

  /** Tries again what could not be opened. */
  openAgain: async (room: Room, _: Record<string, never>) => {
    forgetFaults(deskOf(room).mail);
    room.tell(["texts"]);
  },

  openLetter: (room: Room, input: { opening: Opening; label: string }) =>
    openLetter(deskOf(room), input, () => room.tell(["letters"])),

  keepLetter: (room: Room, { letterId, fields }: { letterId: number; fields: LetterFields }) =>
    keepFields(deskOf(room).mail, letterOf(letterId), fields),

  /** What was written stays as a draft; what says nothing leaves no trace. */
  closeLetter: (room: Room, { letterId, ...closing }: ClosingLetter) =>
    closeLetter(deskOf(room).mail, letterOf(letterId), closing),

  /** Gives the number by which it is taken back; null when there was nothing. */
  discardLetter: (room: Room, { letterId, ...closing }: ClosingLetter) =>
    discardLetter(deskOf(room).mail, letterOf(letterId), closing),

  discardUnreadable: (room: Room, input: { ids: string[]; label: string }) =>
    discardUnreadable(deskOf(room), input),

  sendLetter: (room: Room, input: SendInput) => sendLetter(deskOf(room), input),

  handOver: (room: Room, input: Parameters<typeof handOver>[1]) => handOver(deskOf(room), input),

  addFiles: async (room: Room, { letterId, files }: { letterId: number; files: File[] }) =>
    addFiles(deskOf(room).mail, letterOf(letterId), files),

  removeFile: async (room: Room, { letterId, key }: { letterId: number; key: number }) =>
    removeFile(deskOf(room).mail, letterOf(letterId), key),

  retryFile: async (room: Room, { letterId, key }: { letterId: number; key: number }) =>
    retryFile(deskOf(room).mail, letterOf(letterId), key),

  /** It goes up no further until somebody says so, in no other page either. */
  pauseFile: (room: Room, { letterId, key }: { letterId: number; key: number }) =>
    pauseLetterFile(deskOf(room).mail, letterOf(letterId), key),

  /** All that were paused, without a key. */
  resumeFiles: (room: Room, { letterId, key }: { letterId: number; key?: number | undefined }) =>
    resumeLetterFiles(deskOf(room).mail, letterOf(letterId), key),

  /** As they are now: what a view shows may come a little later. */
  readLetterFiles: async (_: Room, { letterId }: { letterId: number }) => findLetterFiles(letterId),

  readLetterFile: async (room: Room, { letterId, key }: { letterId: number; key: number }) =>
    readLetterFile(deskOf(room), letterOf(letterId), key),

  lookUpRecipient: (room: Room, input: { address: string }) => lookUpRecipient(deskOf(room), input),

  namePeople: (room: Room, { addresses }: { addresses: string[] }) =>
    Promise.all(addresses.map((address) => addressPerson(deskOf(room), { address }))),

  suggestPeople: (room: Room, input: { text: string; without: string[] }) =>
    suggestPeople(deskOf(room), input),

  act: (room: Room, input: ActInput) => actOnThreads(deskOf(room), input),

  searchAgain: async (room: Room, input: { query: string }) => searchAgain(deskOf(room), input),

  findThreads: (room: Room, input: Parameters<typeof findThreads>[1]) => findThreads(deskOf(room), input),

  /** Asks once more for what the server did not take. */
  async resendRefusal(room: Room, { number, label }: { number: number; label: string }): Promise<void> {
    await resendRefusal(deskOf(room).mail, label, number);
  },

  dismissRefusal: (room: Room, { number }: { number: number }) => dismissRefusal(deskOf(room).mail, number),

  makeLabel: (room: Room, input: Parameters<typeof makeLabel>[1]) => makeLabel(deskOf(room), input),
  changeLabel: (room: Room, input: Parameters<typeof changeLabel>[1]) => changeLabel(deskOf(room), input),
  removeLabel: (room: Room, input: Parameters<typeof removeLabel>[1]) => removeLabel(deskOf(room), input),

  /** What was done last, or what has this number. */
  undo: (room: Room, { number }: { number?: number | undefined }) =>
    undoLast(deskOf(room), number, room.tell),

  ...ownCalls,
  ...transferCalls,
  ...operatorCalls,
};

type Calls = typeof calls;
export type CallName = keyof Calls;
export type CallInput<Name extends CallName> = Parameters<Calls[Name]>[1];
export type CallOutput<Name extends CallName> = Awaited<ReturnType<Calls[Name]>>;
