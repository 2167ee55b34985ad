import { readPhrase } from "@posthorn/client";
import { ProblemError } from "@posthorn/protocol";
import { columns } from "./columns.ts";

/** A new recovery phrase as it is written down, numbered in two columns, with what it is for. */
export function phraseSheet(phrase: string): string {
  const words = phrase.split(" ");
  const half = Math.ceil(words.length / 2);
  const rows = words.slice(0, half).map((left, index) => {
    const right = words[half + index];
    return [...numbered(left, index), ...(right === undefined ? [] : numbered(right, half + index))];
  });
  return [
    "Your recovery phrase:",
    "",
    columns(rows),
    "",
    "It opens the account and all its mail when the password is lost. Write it down and keep it where nobody else looks: it is shown this once, and nobody can give it back, whoever runs the server included.",
  ].join("\n");
}

function numbered(word: string, index: number): string[] {
  return [`  ${String(index + 1).padStart(2)}`, word];
}

/** What is wrong with the words of a phrase, word by word; undefined when they can be one. */
export function findPhraseFault(phrase: string): string | undefined {
  try {
    readPhrase(phrase);
    return undefined;
  } catch (error) {
    if (error instanceof ProblemError) return error.message;
    throw error;
  }
}
