/** Whose mail this browser has shown last: their page is drawn already while what is kept of it is still being opened. */

const place = "posthorn.account";

/** Undefined when nobody was, or they have left. */
export function lastAccount(): string | undefined {
  try {
    return localStorage.getItem(place) ?? undefined;
  } catch {
    // Nothing may be kept here.
    return undefined;
  }
}

/** Null when nobody is signed in. */
export function noteAccount(address: string | null): void {
  try {
    if (address === null) localStorage.removeItem(place);
    else localStorage.setItem(place, address);
  } catch {
    // Then the page waits, the next time.
  }
}
