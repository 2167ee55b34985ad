/** All cases of vector files that are the same whatever does X-Wing, by the file's name: of every room a client is made of. */
import { otherFiles, type VectorCase } from "@posthorn/crypto/vector-cases";
import { wireFiles } from "@posthorn/protocol/vector-cases";
import { epochCases } from "./epochs.ts";
import { wholeLetterCases } from "./whole-letters.ts";

export const plainFiles: Readonly<Record<string, (text: string) => VectorCase[]>> = {
  ...otherFiles,
  ...wireFiles,
  "epochs.json": (text) => epochCases(JSON.parse(text)),
  "whole-letters.json": (text) => wholeLetterCases(JSON.parse(text)),
};
