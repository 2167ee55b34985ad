/** What is kept at the server alone, changed there by a /set (RFC 8620 §5.3). */
import { SetErrorsSchema, shape } from "@posthorn/protocol";
import { Type } from "typebox";
import type { Api } from "./api.ts";
import { callMethod, readRefusal } from "./jmap.ts";
import type { Interruptible } from "./mail.ts";

const answer = shape(
  Type.Object({
    created: Type.Optional(
      Type.Union([
        Type.Record(
          Type.String({ maxLength: 255 }),
          Type.Object({ id: Type.String({ minLength: 1, maxLength: 255 }) }),
          { maxProperties: 1 },
        ),
        Type.Null(),
      ]),
    ),
    notCreated: SetErrorsSchema,
    notUpdated: SetErrorsSchema,
    notDestroyed: SetErrorsSchema,
  }),
);

type Wanted = { create: object } | { update: object; id: string } | { destroy: string };

/** Makes, changes or destroys one object of this type; gives its id. Throws JmapRefusal with the server's sentence. */
export async function changeObject(
  api: Api,
  type: string,
  wanted: Wanted,
  options: Interruptible = {},
): Promise<string> {
  const call = { method: `${type}/set`, arguments: argumentsOf(wanted) };
  // What is made again is there twice.
  const idempotent = !("create" in wanted);
  const { created, notCreated, notUpdated, notDestroyed } = await callMethod(api, call, answer, {
    ...options,
    idempotent,
  });
  for (const refused of [notCreated, notUpdated, notDestroyed]) {
    const [reason] = Object.values(refused ?? {});
    if (reason !== undefined) throw readRefusal(reason);
  }
  if ("create" in wanted) return created?.[newId]?.id ?? "";
  return "update" in wanted ? wanted.id : wanted.destroy;
}

const newId = "new";

function argumentsOf(wanted: Wanted): object {
  if ("create" in wanted) return { create: { [newId]: wanted.create } };
  if ("update" in wanted) return { update: { [wanted.id]: wanted.update } };
  return { destroy: [wanted.destroy] };
}
