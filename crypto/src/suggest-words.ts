const most = 3;
const prefixLetters = 4;

/**
 * At most three words of the list that `typed`, which is not in it, may have been meant as: first the one with the
 * same four letters at its beginning, which in BIP-39's list is the only one; then those it becomes when two
 * neighbouring letters change places; then those that one letter more, less or another makes of it.
 */
export function suggestWords(typed: string, list: readonly string[]): string[] {
  const prefix = typed.slice(0, prefixLetters);
  const likely = [
    ...list.filter((word) => prefix.length === prefixLetters && word.startsWith(prefix)),
    ...list.filter((word) => isSwapped(typed, word)),
    ...list.filter((word) => isOneLetterOff(typed, word)),
  ];
  return [...new Set(likely)].slice(0, most);
}

function isSwapped(typed: string, word: string): boolean {
  if (typed.length !== word.length) return false;
  const at = sameLetters(typed, word);
  const swapped = word.charAt(at + 1) + word.charAt(at);
  return typed.slice(at, at + 2) === swapped && typed.slice(at + 2) === word.slice(at + 2);
}

function isOneLetterOff(typed: string, word: string): boolean {
  const more = typed.length - word.length;
  if (Math.abs(more) > 1) return false;
  const at = sameLetters(typed, word);
  return typed.slice(more < 0 ? at : at + 1) === word.slice(more > 0 ? at : at + 1);
}

/** How many letters both have alike at their beginning. */
function sameLetters(one: string, other: string): number {
  let at = 0;
  while (at < one.length && one.charAt(at) === other.charAt(at)) at++;
  return at;
}
