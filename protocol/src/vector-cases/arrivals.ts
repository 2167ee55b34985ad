import { findArrival } from "../message/arrival.ts";
import { repeated } from "./repeated.ts";
import { outcomeOf, type Refusal, type VectorCase } from "./vector-case.ts";

/** As much of the file as this room knows of: what is sealed there is crypto's. */
export interface ArrivalDocuments {
  documents: readonly ArrivalVector[];
}

interface ArrivalVector extends Partial<Refusal> {
  name: string;
  document: unknown;
  repeat?: Readonly<Record<string, number>>;
  valid: boolean;
  /** Of a good one: whether it was sealed on arrival. */
  sealed?: boolean;
}

/** Documents that stand where the bytes of a message would, or are such bytes, and what is neither. */
export function arrivalDocumentCases({ documents }: ArrivalDocuments): VectorCase[] {
  return documents.map(({ name, document, repeat, valid, sealed, ...refusal }) => {
    const value = repeated(document, repeat);
    return {
      name: `${valid ? "is read" : "is refused"}: ${name}`,
      expected: valid ? { found: sealed ? value : undefined } : refusal,
      async find() {
        const bytes = new TextEncoder().encode(JSON.stringify(value));
        return outcomeOf(() => ({ found: findArrival(bytes) }), refusal);
      },
    };
  });
}
