/**
 * The cases of this room's vector files, for Node's tests and for a browser's: the same ones, so that both are held
 * against the same. Each is made of the text of its file.
 */
import type { XWingBackend } from "../x-wing-backend.ts";
import { secretCases, wrapCases } from "./account-secrets.ts";
import { arrivalCases } from "./arrivals.ts";
import { hpkeCases } from "./hpke.ts";
import { keyChainCases } from "./key-chain.ts";
import { ownerClaimCases } from "./owner-claims.ts";
import { ownerRecordCases } from "./owner-records.ts";
import { paddingCases } from "./padding.ts";
import { recoveryPhraseCases } from "./recovery-phrase.ts";
import { safetyNumberCases } from "./safety-number.ts";
import { sealedBytesCases } from "./sealed-bytes.ts";
import { sealedFileCases } from "./sealed-files.ts";
import { sealedMessageCases } from "./sealed-messages.ts";
import { sealedStreamCases } from "./sealed-streams.ts";
import { signatureCases } from "./signatures.ts";
import type { VectorCase } from "./vector-case.ts";
import { xWingCases } from "./x-wing.ts";

export type { VectorCase } from "./vector-case.ts";

/** By the file's name; to be run with every backend of X-Wing that a platform has. Only what is found depends on it. */
export const xWingFiles: Readonly<Record<string, (text: string, backend: XWingBackend) => VectorCase[]>> = {
  "x-wing.json": (text, backend) => xWingCases(JSON.parse(text), backend),
  "hpke.json": (text, backend) => hpkeCases(JSON.parse(text), backend),
  "arrivals.json": (text, backend) => arrivalCases(JSON.parse(text), backend),
  "sealed-messages.json": (text, backend) => sealedMessageCases(JSON.parse(text), backend),
};

/** By the file's name; those in which X-Wing has no part, or only as the platform has chosen it. */
export const otherFiles: Readonly<Record<string, (text: string) => VectorCase[]>> = {
  "account-secrets.json": (text) => [...secretCases(JSON.parse(text)), ...wrapCases(JSON.parse(text))],
  "key-chain.json": (text) => keyChainCases(JSON.parse(text)),
  "owner-claims.json": (text) => ownerClaimCases(JSON.parse(text)),
  "owner-records.json": (text) => ownerRecordCases(JSON.parse(text)),
  "padding.json": (text) => paddingCases(JSON.parse(text)),
  "recovery-phrase.json": (text) => recoveryPhraseCases(JSON.parse(text)),
  "safety-number.json": (text) => safetyNumberCases(JSON.parse(text)),
  "sealed-bytes.json": (text) => [
    ...sealedBytesCases(JSON.parse(text)),
    ...sealedStreamCases(JSON.parse(text)),
  ],
  "sealed-files.json": (text) => sealedFileCases(JSON.parse(text)),
  "signatures.json": (text) => signatureCases(JSON.parse(text)),
};
