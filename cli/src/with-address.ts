import { shownName } from "@posthorn/client";
import { cleanLine } from "./clean-text.ts";

/** Somebody by their name and address, fit to be printed; by the address alone when no name of theirs is shown. */
export function withAddress(name: string | null | undefined, address: string): string {
  const shown = shownName(name, address);
  return shown === undefined ? cleanLine(address) : `${cleanLine(shown)} <${cleanLine(address)}>`;
}
