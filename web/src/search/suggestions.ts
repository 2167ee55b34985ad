/** What can narrow a search, as it is being typed. */
import { wholeName } from "../mail/person-names.ts";
import { hasWords, labelTree } from "../state/label-tree.ts";
import type { Folder } from "../state/worker/folders.ts";
import type { Person } from "../state/worker/persons.ts";
import { say, type Words } from "../words/words.ts";
import { type LastWord, quoted } from "./query-text.ts";

export interface Suggested {
  /** What stands in the query then. */
  text: string;
  shown: string;
  help: string;
}

const operators: readonly (readonly [text: string, help: Words])[] = [
  ["from:", "search.op.from"],
  ["to:", "search.op.to"],
  ["subject:", "search.op.subject"],
  ["has:attachment", "search.op.has"],
  ["in:", "search.op.in"],
  ["label:", "search.op.label"],
  ["before:", "search.op.before"],
  ["after:", "search.op.after"],
  ["is:unread", "search.op.unread"],
  ["is:starred", "search.op.starred"],
  ["larger:", "search.op.larger"],
  ["filename:", "search.op.filename"],
];

const places = ["inbox", "sent", "archive", "drafts", "junk", "trash"] as const;
const mostShown = 8;

/** What says no more than is there already is not suggested. */
export function suggestionsFor(word: LastWord, known: Known): Suggested[] {
  const typed = `${word.operator === undefined ? "" : `${word.operator}:`}${word.value}`;
  return allFor(word, known).filter(({ text }) => text.replaceAll('"', "") !== typed);
}

interface Known {
  folders: readonly Folder[];
  people: readonly Person[];
}

function allFor({ operator, value }: LastWord, { folders, people }: Known): Suggested[] {
  if (operator === "from" || operator === "to")
    return people.map(({ address, name }) => ({
      text: `${operator}:${address}`,
      shown: name ?? address,
      help: name === undefined ? "" : address,
    }));
  if (operator === "label")
    return labelTree(folders)
      .filter(({ path }) => hasWords(path, value))
      .map(({ folder, path }) => ({ text: `label:${quoted(folder.name)}`, shown: path, help: "" }))
      .slice(0, mostShown);
  if (operator === "in")
    return places
      .filter((role) => hasWords(`${role} ${say(`place.${role}`)}`, value))
      .map((role) => ({ text: `in:${role}`, shown: say(`place.${role}`), help: "" }));
  if (operator === "before" || operator === "after") return daysFor(operator);
  const begun = `${operator === undefined ? "" : `${operator}:`}${value}`.toLowerCase();
  const named = operators.filter(([text]) => text.startsWith(begun) && text !== begun);
  const found = named.map(([text, help]) => ({ text, shown: text, help: say(help) }));
  const whoseMail = people.map((person) => ({
    text: `from:${person.address}`,
    shown: wholeName(person),
    help: say("search.op.from"),
  }));
  return [...whoseMail.slice(0, 4), ...found].slice(0, mostShown);
}

/** Days that are often meant. */
function daysFor(operator: string): Suggested[] {
  const now = new Date();
  const days = [
    new Date(now.getFullYear(), now.getMonth(), now.getDate() - 7),
    new Date(now.getFullYear(), now.getMonth(), 1),
    new Date(now.getFullYear(), 0, 1),
    new Date(now.getFullYear() - 1, 0, 1),
  ];
  return days.map((day) => {
    const text = `${day.getFullYear()}-${String(day.getMonth() + 1).padStart(2, "0")}-${String(day.getDate()).padStart(2, "0")}`;
    return { text: `${operator}:${text}`, shown: text, help: "" };
  });
}
