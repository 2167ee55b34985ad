/** Suggestions belong to the text they were asked for. While those for a longer one are awaited, these are still meant by it. */
import type { Person } from "../state/worker/persons.ts";

export interface Suggested {
  /** The text that they were asked for. */
  text: string;
  people: readonly Person[];
}

export function stillMeant({ text, people }: Suggested, now: string): readonly Person[] {
  if (text === now) return people;
  const words = plain(now).split(/\s+/).filter(Boolean);
  return people.filter(({ address, name }) => {
    const said = plain(`${name ?? ""} ${address}`);
    return words.length > 0 && words.every((word) => said.includes(word));
  });
}

function plain(text: string): string {
  return text.normalize("NFKD").replaceAll(/\p{M}/gu, "").toLowerCase();
}
