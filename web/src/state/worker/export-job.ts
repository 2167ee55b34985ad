/** All mail taken out, as a file that is written where somebody has said, or collected until they save it. */
import type { ExportFormat, ExportReport } from "@posthorn/client/transfer";
import type { Desk, Room } from "./desk.ts";
import { besideFiles } from "./export-beside.ts";
import { type Fault, faultOf } from "./fault.ts";

interface ExportCounts {
  exported: number;
  failed: number;
  leftOut: number;
  /** The files beside the mail that are not in it. */
  missing: string[];
}

export type ExportState =
  | { phase: "none" }
  | { phase: "running"; done: number; total: number }
  /** `isSaved` it is where somebody has said; else it waits to be taken. */
  | { phase: "ended"; counts: ExportCounts; sizeBytes: number; isSaved: boolean }
  | { phase: "failed"; fault: Fault };

interface Job {
  state: ExportState;
  blob: Blob | undefined;
  report: ExportReport | undefined;
  stop: AbortController;
}

const jobs = new WeakMap<Desk, Job>();

export function readExport(desk: Desk): ExportState {
  return jobs.get(desk)?.state ?? { phase: "none" };
}

type Tell = Room["tell"];

interface Wanted {
  format: ExportFormat;
  /** The keys as well, wrapped by the recovery phrase. */
  withKeys: boolean;
  handle: FileSystemFileHandle | null;
}

/** Begins it; how it goes is in its state. */
export async function startExport(
  desk: Desk,
  tell: Tell,
  { format, withKeys, handle }: Wanted,
): Promise<void> {
  const before = jobs.get(desk);
  before?.stop.abort();
  const stop = new AbortController();
  const job: Job = {
    state: { phase: "running", done: 0, total: 0 },
    blob: undefined,
    report: undefined,
    stop,
  };
  jobs.set(desk, job);
  const show = (state: ExportState) => {
    if (stop.signal.aborted) return;
    job.state = state;
    tell(["transfers"]);
  };
  show(job.state);
  write(desk, job, { format, withKeys, handle }, (progress) => show({ phase: "running", ...progress })).then(
    (sizeBytes) => {
      const { exported = 0, failed = [], leftOut = [], missing = [] } = job.report ?? {};
      const counts = {
        exported,
        failed: failed.length,
        leftOut: leftOut.length,
        missing: missing.map(({ name }) => name),
      };
      show({ phase: "ended", counts, sizeBytes, isSaved: handle !== null });
    },
    (error: unknown) => show({ phase: "failed", fault: faultOf(error) }),
  );
}

/** Stops it, or puts away what has come of it. */
export async function endExport(desk: Desk, tell: Tell): Promise<void> {
  jobs.get(desk)?.stop.abort();
  jobs.delete(desk);
  tell(["transfers"]);
}

/** The file; null when it is where somebody has said. */
export async function takeExport(desk: Desk): Promise<Blob | null> {
  return jobs.get(desk)?.blob ?? null;
}

/** What is in no file, and why. */
export async function exportReport(desk: Desk): Promise<ExportReport | null> {
  return jobs.get(desk)?.report ?? null;
}

/** Gives its size. */
async function write(
  desk: Desk,
  job: Job,
  { format, withKeys, handle }: Wanted,
  onProgress: (progress: { done: number; total: number }) => void,
): Promise<number> {
  const { exportMail } = await import("@posthorn/client/transfer");
  const signal = AbortSignal.any([job.stop.signal, desk.signal]);
  const collected = collector();
  const file = handle === null ? undefined : await handle.createWritable();
  let sizeBytes = 0;
  const into = new WritableStream<Uint8Array>({
    async write(piece) {
      sizeBytes += piece.length;
      const bytes = new Uint8Array(piece);
      if (file === undefined) collected.add(bytes);
      else await file.write(bytes);
    },
  });
  try {
    const beside = besideFiles(desk, { withKeys });
    job.report = await exportMail(desk.mail, into, {
      format,
      signal,
      onProgress: seldom(onProgress),
      beside,
    });
    await file?.close();
  } catch (error) {
    await file?.abort().catch(() => undefined);
    throw error;
  }
  if (file === undefined) job.blob = collected.blob();
  return sizeBytes;
}

const heldBytes = 8 * 1024 * 1024;

/** What is in a Blob a browser keeps on its disk where memory is short. */
function collector() {
  let whole = new Blob([]);
  let parts: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  const gather = () => {
    whole = new Blob([whole, ...parts], { type: "application/zip" });
    parts = [];
    size = 0;
  };
  return {
    add(bytes: Uint8Array<ArrayBuffer>) {
      parts.push(bytes);
      size += bytes.length;
      if (size >= heldBytes) gather();
    },
    blob() {
      gather();
      return whole;
    },
  };
}

const everyMs = 100;

/** Not more often than somebody can see, but the last. */
function seldom(
  tell: (progress: { done: number; total: number }) => void,
): (progress: { done: number; total: number }) => void {
  let toldMs = 0;
  return (progress) => {
    const now = performance.now();
    if (progress.done < progress.total && now - toldMs < everyMs) return;
    toldMs = now;
    tell(progress);
  };
}
