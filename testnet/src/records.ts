import { callMethod, type Session } from "@posthorn/client";
import { RecordsSchema, type SealedRecord, shape } from "@posthorn/protocol";
import { Type } from "typebox";

const records = shape(RecordsSchema);
const done = shape(Type.Object({ destroyed: Type.Array(Type.String({ maxLength: 64 }), { maxItems: 500 }) }));

/** A collection as the server has it. */
export async function recordsIn(session: Session, collection: string): Promise<SealedRecord[]> {
  const all = { method: "Record/get", arguments: { collection, ids: null } };
  return (await callMethod(session, all, records)).list;
}

/** Makes the server lose a record. */
export async function loseRecord(session: Session, collection: string, id: string): Promise<void> {
  const set = { method: "Record/set", arguments: { collection, destroy: [id] } };
  await callMethod(session, set, done);
}
