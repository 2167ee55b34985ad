/** Ids of Emails are “m” and a number, so that an index can keep the number. */

const form = /^m(0|[1-9][0-9]{0,15})$/;

/** Throws RangeError for what is no Email's id. */
export function numberOfEmail(id: string): number {
  const number = findEmailNumber(id);
  if (number === undefined) throw new RangeError(`“${id}” is no id of an Email.`);
  return number;
}

export function findEmailNumber(id: string): number | undefined {
  const number = Number(form.exec(id)?.[1] ?? Number.NaN);
  return Number.isSafeInteger(number) ? number : undefined;
}

export function emailOfNumber(number: number): string {
  return `m${number}`;
}
