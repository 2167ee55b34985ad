/**
 * The cases of vector files that a client runs as well, for Node's tests and for a browser's: the same ones, so that
 * both are held against the same. Each is made of the text of its file.
 */
import { arrivalDocumentCases } from "./arrivals.ts";
import { saidCases } from "./said.ts";
import type { VectorCase } from "./vector-case.ts";

export type { VectorCase } from "./vector-case.ts";

/** By the file's name. */
export const wireFiles: Readonly<Record<string, (text: string) => VectorCase[]>> = {
  "arrivals.json": (text) => arrivalDocumentCases(JSON.parse(text)),
  "said.json": (text) => saidCases(JSON.parse(text)),
};
