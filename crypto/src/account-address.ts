const form = /^[a-z0-9._+-]{1,129}@[a-z0-9.:-]{1,259}$/;

/**
 * True when the text can stand as an account's address in what is signed and derived here: `id@host` in lower case, the
 * one spelling that the wire compares by. What ids and hosts there are is for others to know; this only sees to it that
 * no account has two texts and that each is bounded.
 */
export function isAccountAddress(text: string): boolean {
  return form.test(text);
}

/** Throws Error when `text` is no address as above: a mistake in the code that calls, since every caller has parsed it. */
export function checkAccountAddress(text: string): void {
  if (!isAccountAddress(text)) throw new Error("This is not an account's address in lower case.");
}
