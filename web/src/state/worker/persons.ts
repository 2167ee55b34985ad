/** People as pages show them: by their names, where they have some that may be shown. */
import { type EmailRow, type SenderNames, shownName } from "@posthorn/client";

export interface Person {
  address: string;
  /** As whoever sits here calls them, or as they call themselves; undefined when neither is so, or not in a way that is shown. */
  name?: string | undefined;
  /** Somebody else goes by that name too: it never stands without the address. */
  isShared?: true;
}

type List = EmailRow["from"];

/** People of a message, as it names them or as they have called themselves. `said` is how it names its sender, opened. */
export function peopleOf(
  row: Pick<EmailRow, "wire">,
  list: List,
  names: SenderNames,
  said?: string | undefined,
): Person[] {
  return (list ?? []).map(({ email, name }) => personOf(email, names, said ?? nameBy(row, name)));
}

/** Mail of another kind has its names from its server; of our own messages that is nobody to say how others are called. */
export function nameBy({ wire }: Pick<EmailRow, "wire">, name: string | null): string | null {
  return wire === null ? name : null;
}

export function personOf(address: string, names: SenderNames, said: string | null = null): Person {
  const name = names.given(address) ?? shownName(said, address) ?? names.find(address);
  if (name === undefined) return { address };
  return names.isShared(name, address) ? { address, name, isShared: true } : { address, name };
}
