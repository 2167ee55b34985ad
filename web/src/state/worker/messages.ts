/** What a page and its worker say to each other. */
import type { ToldAgain } from "../told-rows.ts";
import type { CallName } from "./calls.ts";
import type { Fault } from "./fault.ts";
import type { ViewName } from "./views.ts";

export type ToWorker =
  | { kind: "call"; id: number; name: CallName; input: never }
  /** The call is not wanted any more. It is answered all the same: by then it may be done. */
  | { kind: "stop"; id: number }
  | { kind: "watch"; id: number; name: ViewName; input: never }
  | { kind: "unwatch"; id: number }
  /** What is looked at first is to be seen: all else can be read now. */
  | { kind: "drawn" };

export type FromWorker =
  | { kind: "answer"; id: number; value: unknown }
  | { kind: "fault"; id: number; fault: Fault }
  /** Of several views at once, so that what happened in one go is drawn in one. */
  | { kind: "seen"; views: ToldView[] };

/** With places, the rows that are not in it are those that were told of the same view before. */
export type ToldView = { id: number; value: unknown } | ({ id: number } & ToldAgain);
