/** Messages of an open conversation that are not on this device: opened in the background, the newest first, as they come. */
import { type EmailRow, type Mail, readAmendments, Unreachable } from "@posthorn/client";
import { type Fault, faultOf } from "./fault.ts";
import { openWhole } from "./imported-mails.ts";
import { askForStandard } from "./standard-mails.ts";

const openedAtOnce = 4;

interface Opening {
  readonly wanted: Map<string, EmailRow>;
  readonly faults: Map<string, Fault>;
  /** What was asked for about others, so that nothing is asked for twice that nobody can open. */
  readonly asked: Set<string>;
  isRunning: boolean;
}

const openings = new WeakMap<Mail, Opening>();

function openingOf(mail: Mail): Opening {
  const known = openings.get(mail);
  if (known !== undefined) return known;
  const made: Opening = { wanted: new Map(), faults: new Map(), asked: new Set(), isRunning: false };
  openings.set(mail, made);
  return made;
}

/** Why it could not be opened; undefined while nobody knows. */
export function faultFor(mail: Mail, id: string): Fault | undefined {
  return openingOf(mail).faults.get(id);
}

/** What could not be opened may be tried again. */
export function forgetFaults(mail: Mail): void {
  const { faults, asked } = openingOf(mail);
  faults.clear();
  asked.clear();
}

interface Background {
  signal: AbortSignal;
  /** Called as something was opened, or could not be. */
  onMore: () => void;
}

/** Opens them, the last one first. */
export function openMissing(mail: Mail, rows: readonly EmailRow[], background: Background): void {
  const opening = openingOf(mail);
  for (const row of rows) opening.wanted.set(row.id, row);
  if (opening.isRunning || opening.wanted.size === 0) return;
  opening.isRunning = true;
  void openAll(mail, opening, background).finally(() => {
    opening.isRunning = false;
  });
}

async function openAll(
  mail: Mail,
  { wanted, faults }: Opening,
  { signal, onMore }: Background,
): Promise<void> {
  const openOne = async (row: EmailRow) => {
    try {
      if (row.wire === null) await askForStandard(mail, row, signal);
      else await openWhole(mail, row, signal);
      faults.delete(row.id);
    } catch (error) {
      const fault = faultOf(error);
      faults.set(row.id, fault);
      if (!(error instanceof Unreachable)) return;
      // Who cannot be reached now is not asked for the others.
      for (const id of wanted.keys()) faults.set(id, fault);
      wanted.clear();
    }
  };
  while (wanted.size > 0 && !signal.aborted) {
    const some = [...wanted.values()].slice(-openedAtOnce);
    for (const { id } of some) wanted.delete(id);
    await Promise.all(some.map(openOne));
    if (!signal.aborted) onMore();
  }
}

/** Asks, once, for edits of these that are not here yet; each is named by how many of its edits lack. */
export function openEdits(
  mail: Mail,
  lacking: readonly { row: EmailRow; count: number }[],
  { signal, onMore }: Background,
): void {
  const { asked } = openingOf(mail);
  const news = lacking.filter(({ row, count }) => !asked.has(`${row.id} ${count}`));
  if (news.length === 0) return;
  for (const { row, count } of news) asked.add(`${row.id} ${count}`);
  const rows = news.map(({ row }) => row);
  readAmendments(mail, rows, signal).then(onMore, () => undefined);
}
