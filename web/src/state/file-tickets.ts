let last = 0;

/** A number for a download, by which it can be followed and stopped. */
export function nextTicket(): number {
  last += 1;
  return last;
}
