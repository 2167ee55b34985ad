/** What was left out of an import, as a text that is saved. */
import type { ImportNote } from "../state/worker/import-kept.ts";
import { say } from "../words/words.ts";

export function writeReport(notes: readonly ImportNote[]): string {
  const lines = notes.map(({ why, within, subject, from, sentence }) => {
    const what = [subject, from].filter((text) => text !== "").join(" · ");
    const reason = sentence === "" ? say(`import.why.${why}`) : `${say(`import.why.${why}`)} ${sentence}`;
    return [within, ...(what === "" ? [] : [`  ${what}`]), `  ${reason}`].join("\n");
  });
  return `${[say("import.reportTitle", { count: notes.length }), ...lines].join("\n\n")}\n`;
}
