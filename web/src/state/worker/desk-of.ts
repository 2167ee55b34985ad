import { fail } from "@posthorn/protocol";
import type { Desk, Room } from "./desk.ts";

/** Throws ProblemError `unauthorized` when nobody is signed in. */
export function deskOf(room: Room): Desk {
  return room.desk() ?? fail("unauthorized", "Nobody is signed in here any more. Sign in again.");
}
