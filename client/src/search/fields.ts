/** The parts of a message that are searched. Each has a bit, so that a word can be in several of them. */
export const fields = ["from", "to", "subject", "body", "filename"] as const;
export type Field = (typeof fields)[number];

/** What stands in the fields: all recipients in `to`, the names of all files in `filename`, one a line. */
export type FieldTexts = Readonly<Partial<Record<Field, string>>>;

const bits: Readonly<Record<Field, number>> = { from: 1, to: 2, subject: 4, body: 8, filename: 16 };

export const anyField = 31;
/** Bits that a set of fields takes. */
export const fieldBits = 5;

export function bitOf(field: Field): number {
  return bits[field];
}

/** Whether a field is one of a set of bits. */
export function includesField(set: number, field: Field): boolean {
  return (set & bits[field]) !== 0;
}
