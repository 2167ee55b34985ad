/**
 * Whose mail this browser keeps: their page is drawn already while what is kept of it is still being opened, and when their
 * sign-in has ended without them, who signs in again is asked as them.
 */

const place = "posthorn.account";
const awayPlace = "posthorn.away";
/** What a page keeps of somebody beside their mail. */
const ownPlaces = [place, awayPlace, "posthorn.originalColours", "posthorn.told"];

/** Undefined when nobody was, or they have left. */
export function lastAccount(): string | undefined {
  return read(place);
}

/** Who was signed in until the server ended that, and whose mail is still kept here. */
export function awayAccount(): string | undefined {
  return read(awayPlace);
}

/** Null when nobody is signed in. */
export function noteAccount(address: string | null): void {
  const before = read(place);
  if (address !== null) {
    write(place, address);
    write(awayPlace, undefined);
  } else if (before !== undefined) {
    write(awayPlace, before);
    write(place, undefined);
  }
}

/** They have left, and nothing of them stays. */
export function forgetAccount(): void {
  for (const each of ownPlaces) write(each, undefined);
}

function read(where: string): string | undefined {
  try {
    return localStorage.getItem(where) ?? undefined;
  } catch {
    // Nothing may be kept here.
    return undefined;
  }
}

function write(where: string, text: string | undefined): void {
  try {
    if (text === undefined) localStorage.removeItem(where);
    else localStorage.setItem(where, text);
  } catch {
    // Then the page waits, the next time.
  }
}
