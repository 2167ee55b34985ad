/** People as pages show them: by their names, where they have some that may be shown. */
import { type EmailRow, type SenderNames, shownName } from "@posthorn/client";

export interface Person {
  address: string;
  /** As they call themselves; undefined when they do not, or not in a way that is shown. */
  name?: string | undefined;
  /** Somebody else goes by that name too: it never stands without the address. */
  isShared?: true;
}

/** As a list of a message names them, or else as they have called themselves; `said` is what the message itself says. */
export function peopleOf(list: EmailRow["from"], names: SenderNames, said?: string): Person[] {
  return (list ?? []).map(({ name, email }) => personOf(email, names, said ?? name));
}

export function personOf(address: string, names: SenderNames, said: string | null = null): Person {
  const name = shownName(said, address) ?? names.find(address);
  if (name === undefined) return { address };
  return names.isShared(name, address) ? { address, name, isShared: true } : { address, name };
}
