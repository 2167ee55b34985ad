import type { SignatureRefusal } from "../signature-refusal.ts";

/** A message on the wire as an attacker may send it: fields by name, each with the values of its lines. */
export interface Wire {
  /** Values of the components that are no field, by identifier. */
  derived: Map<string, string>;
  headers: Map<string, string[]>;
}

/** One way to cheat. The tables of them are data; the tests run every one. */
export interface Attack {
  /** A sentence that says what the attacker did. */
  name: string;
  /** Changes a message that would be accepted, or makes another. */
  wire(): Promise<Wire> | Wire;
  reason: SignatureRefusal;
  /** Seconds after the message was signed at which it arrives; 1 when absent. */
  arrivesAfterS?: number;
}

export function setHeader(wire: Wire, name: string, ...values: string[]): Wire {
  wire.headers.set(name, values);
  return wire;
}

/** The one value of a field. Throws Error when there are others or none, since the table is then wrong. */
export function headerOf(wire: Wire, name: string): string {
  const [value, ...others] = wire.headers.get(name) ?? [];
  if (value === undefined || others.length > 0) throw new Error(`${name} is not there once.`);
  return value;
}

/** `text` with one piece of it replaced. Throws Error when the piece is not in it, since the table is then wrong. */
export function swap(text: string, piece: string, by: string): string {
  if (!text.includes(piece)) throw new Error(`${piece} is not in ${text}`);
  return text.replace(piece, () => by);
}

/** Every pair of different places in a list. */
export function pairs(length: number): [number, number][] {
  return Array.from({ length }, (_, first) => first).flatMap((first) =>
    Array.from({ length: length - first - 1 }, (_, step): [number, number] => [first, first + step + 1]),
  );
}

export function exchanged<T>(list: readonly T[], first: number, second: number): T[] {
  return list.map((item, at) => (at === first ? list[second] : at === second ? list[first] : item) ?? item);
}
