/** What the server answers in its owner's absence (RFC 8621 §8, §85.42). It goes in the open, and lies there as written. */
import { limits, shape } from "@posthorn/protocol";
import { type Static, Type } from "typebox";
import type { Api } from "./api.ts";
import { changeObject } from "./change-objects.ts";
import { callMethod } from "./jmap.ts";
import type { Interruptible } from "./mail.ts";

const timeOrNull = Type.Union([Type.String({ maxLength: 40 }), Type.Null()]);

const AbsenceSchema = Type.Object({
  isEnabled: Type.Boolean(),
  /** UTC; null for no beginning or no end. */
  fromDate: timeOrNull,
  toDate: timeOrNull,
  /** Null for the server's own words. */
  subject: Type.Union([Type.String({ maxLength: limits.subject }), Type.Null()]),
  textBody: Type.Union([Type.String({ maxLength: limits.body }), Type.Null()]),
});

export type Absence = Static<typeof AbsenceSchema>;

const absences = shape(Type.Object({ list: Type.Array(AbsenceSchema, { minItems: 1, maxItems: 1 }) }));

export async function readAbsence(api: Api, options: Interruptible = {}): Promise<Absence> {
  const properties = Object.keys(AbsenceSchema.properties);
  const call = { method: "VacationResponse/get", arguments: { ids: ["singleton"], properties } };
  const { list } = await callMethod(api, call, absences, { ...options, idempotent: true });
  const [first] = list;
  if (first === undefined) throw new Error("an account has one answer");
  const { isEnabled, fromDate, toDate, subject, textBody } = first;
  return { isEnabled, fromDate, toDate, subject, textBody };
}

/** What is not named stays. Throws JmapRefusal. */
export async function changeAbsence(
  api: Api,
  change: Partial<Absence>,
  options: Interruptible = {},
): Promise<void> {
  await changeObject(api, "VacationResponse", { update: change, id: "singleton" }, options);
}
