/** What was left out of an import, as a text that is saved. */
import type { ImportNote } from "../state/worker/import-kept.ts";
import { faultWords } from "../words/fault-words.ts";
import { say } from "../words/words.ts";

export function writeReport(notes: readonly ImportNote[]): string {
  const lines = notes.map(({ why, within, subject, from, code, sentence }) => {
    const what = [subject, from].filter((text) => text !== "").join(" · ");
    const reason = sentence === "" ? [] : [faultWords({ sentence, code }, "importMail")];
    return [
      within,
      ...(what === "" ? [] : [`  ${what}`]),
      `  ${[say(`import.why.${why}`), ...reason].join(" ")}`,
    ].join("\n");
  });
  return `${[say("import.reportTitle", { count: notes.length }), ...lines].join("\n\n")}\n`;
}
