import { fromBase64Url, toBase64Url } from "../base64.ts";
import { compareVerifyText, fingerprint, type Person, safetyNumber, verifyText } from "../safety-number.ts";
import type { VectorCase } from "./vector-case.ts";

export interface SafetyVectors {
  people: readonly { name: string; address: string; identityKey: string; fingerprint: string }[];
  numbers: readonly { name: string; me: string; them: string; number: string; text: string }[];
  compare: readonly { name: string; me: string; them: string; text: string; result: string }[];
}

/** Fingerprints, numbers with the text of the code, and what is made of a code that was scanned. */
export function safetyNumberCases(vectors: SafetyVectors): VectorCase[] {
  const personOf = (name: string) => findPerson(vectors, name);
  return [
    ...vectors.people.map(({ name, fingerprint: expected }) => ({
      name: `the fingerprint of ${name}`,
      expected,
      find: async () => toBase64Url(fingerprint(personOf(name))),
    })),
    ...vectors.numbers.map(({ name, me, them, number, text }) => ({
      name: `the number of ${name}`,
      expected: { number, text },
      find: async () => ({
        number: safetyNumber(personOf(me), personOf(them)),
        text: verifyText(personOf(me), personOf(them)),
      }),
    })),
    ...vectors.compare.map(({ name, me, them, text, result }) => ({
      name: `${result}: ${name}`,
      expected: result,
      find: async () => compareVerifyText(text, personOf(me), personOf(them)),
    })),
  ];
}

/** The person the vectors call by this name. Throws Error when there is none. */
export function findPerson({ people }: SafetyVectors, name: string): Person {
  const person = people.find((one) => one.name === name);
  if (person === undefined) throw new Error(`The vectors know no ${name}.`);
  return { address: person.address, identityKey: fromBase64Url(person.identityKey) };
}
