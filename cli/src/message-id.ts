import { getMessage, type Session } from "@posthorn/client";
import { shape, UuidSchema } from "@posthorn/protocol";

const messageId = shape(UuidSchema);

/** The id its author gave, for a message named by either of its ids. Throws ProblemError `notFound`. */
export async function messageIdOf(session: Session, id: string): Promise<string> {
  const lower = id.toLowerCase();
  return messageId.matches(lower) ? lower : (await getMessage(session, id)).messageId;
}
