/**
 * How far an index is: which segments it consists of, and what of the mailbox they are about. Written after the segments
 * it names and before those that it no longer names are deleted, so that whatever ends the program, one or the other
 * state is there, whole.
 */
import { readJson, shape } from "@posthorn/protocol";
import { type Static, Type } from "typebox";

const whole = Type.Integer({ minimum: 0 });
const moment = Type.Number();

const ProgressSchema = Type.Object({
  version: Type.Literal(1),
  /** Numbers from here on were given to no segment. */
  nextNumber: whole,
  /** Up to where the caller's list of changes was followed. */
  cursor: Type.Optional(Type.String()),
  covered: Type.Array(Type.Object({ from: moment, to: moment })),
  segments: Type.Array(
    Type.Object({
      number: whole,
      pieces: Type.Integer({ minimum: 1 }),
      /** When its newest and its oldest message were received: what is not covered any more when it is lost. */
      newest: moment,
      oldest: moment,
      /** What it is called on the server. */
      name: Type.Optional(Type.String()),
    }),
  ),
});

export type Progress = Static<typeof ProgressSchema>;
export type SegmentPlace = Progress["segments"][number];

const progressShape = shape(ProgressSchema);
const pieceForm = /^([0-9]{1,15})\.([0-9]{1,5})$/;

/** Of the one that is not a piece. */
export const progressName = "progress";

export function nameOfPiece(segment: number, place: number): string {
  return `${segment}.${place}`;
}

export function findPieceName(name: string): { segment: number; place: number } | undefined {
  const [, segment, place] = pieceForm.exec(name) ?? [];
  return segment === undefined ? undefined : { segment: Number(segment), place: Number(place) };
}

export function writeProgress(progress: Progress): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(progress));
}

/** Undefined for what is not one, or one of another version. */
export function findProgress(bytes: Uint8Array): Progress | undefined {
  try {
    const value = readJson(bytes);
    return progressShape.matches(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
