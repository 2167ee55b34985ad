/** `1 account`, `3 accounts`: for words whose plural takes an s. */
export function countOf(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
