import { type SignedStatement, statementBytes } from "../account-statement.ts";
import type { Expected } from "../attacks/chain.ts";
import type { ChainVector, ChainVectors } from "../attacks/chain-vectors.ts";
import { toBase64Url } from "../base64.ts";
import { sha256 } from "../digest.ts";
import { type ChainResult, checkChain } from "../key-chain.ts";
import { toHex } from "./hex.ts";
import type { VectorCase } from "./vector-case.ts";

/** What comes of each chain, and what is signed and hashed. */
export function keyChainCases(vectors: ChainVectors): VectorCase[] {
  const statements = statementsOf(vectors);
  const bytesOf = (place: number) => {
    const signed = statements[place];
    if (signed === undefined) throw new Error(`the vectors hold no statement ${place}`);
    return statementBytes(signed.statement);
  };
  return [
    ...[...vectors.good, ...vectors.bad].map((vector) => ({
      name: `${vector.result.kind}: ${vector.name}`,
      expected: vector.result,
      find: () => check(vector, statements, vectors),
    })),
    ...vectors.statements.flatMap(({ hash }, place) => {
      if (hash === undefined) return [];
      const find = async () => toBase64Url(await sha256(bytesOf(place)));
      return { name: `the hash of statement ${place}`, expected: hash, find };
    }),
    ...vectors.bytes.map(({ statement, hex }) => ({
      name: `the bytes of statement ${statement}`,
      expected: hex,
      find: async () => toHex(bytesOf(statement)),
    })),
  ];
}

function statementsOf({ statements, publicKeys }: ChainVectors): SignedStatement[] {
  return statements.map(({ statement, signature, previousSignature }) => {
    const epochs = statement.epochs.map((epoch) => ({
      ...epoch,
      publicKey: publicKeys[epoch.publicKey] ?? "",
    }));
    return { statement: { ...statement, epochs }, signature, previousSignature };
  });
}

async function check(
  { chain, times = 1, pinned }: ChainVector,
  statements: readonly SignedStatement[],
  { address, now }: ChainVectors,
): Promise<Expected> {
  const context = { address, nowMs: Date.parse(now) };
  const once = chain.flatMap((place) => statements[place] ?? []);
  const signed = Array.from({ length: times }, () => once).flat();
  return withoutHead(await checkChain(signed, pinned === undefined ? context : { ...context, pinned }));
}

/** Head and pin are those of the last statement, which the vectors do not repeat. */
function withoutHead(result: ChainResult): Expected {
  if (!("head" in result)) return result;
  const { head, pin, ...rest } = result;
  return rest;
}
