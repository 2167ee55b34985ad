import type { SignedStatement } from "../account-statement.ts";
import type { ChainPin, ChainResult } from "../key-chain.ts";

/** A chain and what is to come of it. The tables of them are data; the tests run every one, and the vectors hold it. */
export interface ChainCase {
  /** A sentence that says what somebody did. */
  name: string;
  chain(): Promise<SignedStatement[]>;
  /** What the client has pinned; nothing when absent. */
  pinned?(): Promise<ChainPin>;
  result: Expected;
}

/** The result without the head and the pin, which are those of the last statement. */
export type Expected =
  | { kind: "firstSeen" | "unchanged" }
  | { kind: "extended" | "newKey" | "reset"; policyLowered: boolean }
  | Extract<ChainResult, { kind: "rolledBack" | "broken" | "otherAccount" }>;
