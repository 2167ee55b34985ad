import { getMessage, type Session } from "@posthorn/client";
import { fail, shape, UuidSchema } from "@posthorn/protocol";

const messageId = shape(UuidSchema);

/** The id its author gave, for a message named by either of its ids. Throws ProblemError `notFound`. */
export async function messageIdOf(session: Session, id: string): Promise<string> {
  const lower = id.toLowerCase();
  if (messageId.matches(lower)) return lower;
  const { wire } = await getMessage(session, id);
  return wire?.id ?? fail("notFound", "This is standard mail, which was not sent from here.");
}
