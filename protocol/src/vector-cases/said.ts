import { checkMessage } from "../message/check-message.ts";
import { readSaid, type SaidFile, writeSaid } from "../message/said.ts";
import { repeated } from "./repeated.ts";
import { outcomeOf, type Refusal, type VectorCase } from "./vector-case.ts";

export interface SaidVectors {
  good: readonly GoodSaid[];
  bad: readonly BadSaid[];
}

interface GoodSaid {
  name: string;
  /** What is said; its bytes are those of this as JSON. */
  said: object;
  /** The message that carries it. */
  carrier: object;
  shown: Shown;
}

interface Shown {
  /** The message, but for its files and what it follows. */
  message: object;
  files: readonly SaidFile[];
  follows?: object;
}

interface BadSaid extends Refusal {
  name: string;
  of: string;
  said?: Change;
  carrier?: Change;
  /** The bytes of what is said, in place of all else. */
  text?: string;
  hex?: string;
  /** Spaces are put behind them until there are so many. */
  padTo?: number;
}

/** What is other than in the good one. */
interface Change {
  members?: object;
  /** Members that are not there. */
  without?: readonly string[];
  repeat?: Readonly<Record<string, number>>;
}

const encoder = new TextEncoder();

/** What is said, read in the message that carried it, and written and read again; and what is refused. */
export function saidCases({ good, bad }: SaidVectors): VectorCase[] {
  return [
    ...good.map(({ name, said, carrier, shown }) => ({
      name: `is shown: ${name}`,
      expected: { shown, again: shown },
      async find() {
        const message = checkMessage(carrier);
        const read = readSaid(encoder.encode(JSON.stringify(said)), message);
        return { shown: shownOf(read), again: shownOf(readSaid(writeSaid(read), message)) };
      },
    })),
    ...bad.map((vector) => ({
      name: `is refused: ${vector.name}`,
      expected: refusalOf(vector),
      find: async () => read(vector, findGood(good, vector.of)),
    })),
  ];
}

function shownOf({ message, files, follows }: ReturnType<typeof readSaid>): Shown {
  const shown = { message: without(message, ["attachments"]), files };
  return follows === undefined ? shown : { ...shown, follows };
}

function refusalOf({ code, pointer }: Refusal): Refusal {
  return pointer === undefined ? { code } : { code, pointer };
}

function findGood(good: readonly GoodSaid[], name: string): GoodSaid {
  const found = good.find((one) => one.name === name);
  if (found === undefined) throw new Error(`the vectors hold no case “${name}”`);
  return found;
}

function read(vector: BadSaid, { said, carrier }: GoodSaid): Shown | Refusal {
  const message = checkMessage(changed(carrier, vector.carrier));
  const bytes = bytesOf(vector, changed(said, vector.said));
  return outcomeOf(() => shownOf(readSaid(bytes, message)), vector);
}

function changed(value: object, { members = {}, without: names = [], repeat = {} }: Change = {}): unknown {
  return repeated({ ...without(value, names), ...members }, repeat);
}

function without(value: object, names: readonly string[]): object {
  return Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)));
}

function bytesOf({ text, hex, padTo = 0 }: BadSaid, value: unknown): Uint8Array {
  const bytes = hex === undefined ? encoder.encode(text ?? JSON.stringify(value)) : fromHex(hex);
  const padded = new Uint8Array(Math.max(bytes.length, padTo)).fill(0x20);
  padded.set(bytes);
  return padded;
}

function fromHex(text: string): Uint8Array {
  return Uint8Array.from({ length: text.length / 2 }, (_, at) =>
    Number.parseInt(text.slice(2 * at, 2 * at + 2), 16),
  );
}
