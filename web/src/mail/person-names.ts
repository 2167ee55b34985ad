/** People by their names. Where somebody else goes by a name too, it stands with the address. */
import type { Person } from "../state/worker/persons.ts";
import { say } from "../words/words.ts";

/** The whole name, or the address of who has none. */
export function wholeName({ name, address, isShared }: Person): string {
  if (name === undefined) return address;
  return isShared === true ? `${name} <${address}>` : name;
}

/** The first of their names, or what stands before the `@`. */
export function shortName(person: Person): string {
  if (person.isShared === true) return wholeName(person);
  return person.name?.split(" ")[0] || person.address.split("@")[0] || person.address;
}

/** What a button is called that answers: to whom goes what answers one's own letter, too. */
export function answerWords(
  { isOwn, from, to }: { isOwn: boolean; from: readonly Person[]; to: readonly Person[] },
  address: string,
): string {
  const others = (isOwn ? to : from).filter((person) => person.address !== address);
  return others.length === 0 ? say("reply.do") : say("reply.to", { name: others.map(shortName).join(", ") });
}

/** Who has written, shortly: `Ana, Bo, me`; one alone by the whole name. */
export function namesOf(people: readonly Person[], address: string): string {
  const [only, ...others] = people;
  if (only === undefined) return say("row.nobody");
  const nameOf = (person: Person) => (person.address === address ? say("row.me") : shortName(person));
  if (others.length > 0) return people.map(nameOf).join(", ");
  return only.address !== address && only.name !== undefined ? wholeName(only) : nameOf(only);
}
