/** What the pages of import and export ask to be done, and what they watch. */

import type { Room } from "./desk.ts";
import { deskOf } from "./desk-of.ts";
import { type ExportPlan, readExportPlan } from "./export-beside.ts";
import {
  type ExportState,
  endExport,
  exportReport,
  readExport,
  startExport,
  takeExport,
} from "./export-job.ts";
import {
  continueImport,
  endImport,
  type ImportState,
  importNotes,
  lookAtFiles,
  pauseImport,
  readImport,
  resumeImport,
  startImport,
} from "./import-job.ts";
import { view } from "./view.ts";

type Nothing = Record<string, never>;

export const transferCalls = {
  lookAtFiles: (room: Room, input: Parameters<typeof lookAtFiles>[2]) =>
    lookAtFiles(deskOf(room), room.tell, input),
  startImport: (room: Room, input: Parameters<typeof startImport>[2]) =>
    startImport(deskOf(room), room.tell, input),
  continueImport: (room: Room, input: Parameters<typeof continueImport>[2]) =>
    continueImport(deskOf(room), room.tell, input),
  resumeImport: (room: Room, _: Nothing) => resumeImport(deskOf(room), room.tell),
  pauseImport: (room: Room, _: Nothing) => pauseImport(deskOf(room), room.tell),
  endImport: (room: Room, _: Nothing) => endImport(deskOf(room), room.tell),
  importNotes: (room: Room, _: Nothing) => importNotes(deskOf(room)),

  startExport: (room: Room, input: Parameters<typeof startExport>[2]) =>
    startExport(deskOf(room), room.tell, input),
  endExport: (room: Room, _: Nothing) => endExport(deskOf(room), room.tell),
  takeExport: (room: Room, _: Nothing) => takeExport(deskOf(room)),
  exportReport: (room: Room, _: Nothing) => exportReport(deskOf(room)),
};

export const transferViews = {
  importState: view<Nothing, ImportState>(["account", "transfers"], async (room) => {
    const desk = room.desk();
    return desk === undefined ? { phase: "none" } : readImport(desk);
  }),
  /** Whether this client seals what it brings in. */
  isSealed: view<Nothing, boolean>(["account"], async (room) => {
    const keyring = await room.desk()?.mail.session.keys.find();
    return keyring?.head.policy === "sealed";
  }),
  exportPlan: view<Nothing, ExportPlan | null>(["account", "rows", "drafts"], async (room) => {
    const desk = room.desk();
    return desk === undefined ? null : readExportPlan(desk);
  }),
  exportState: view<Nothing, ExportState>(["account", "transfers"], async (room) => {
    const desk = room.desk();
    return desk === undefined ? { phase: "none" } : readExport(desk);
  }),
};
