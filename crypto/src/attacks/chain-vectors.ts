/**
 * What vectors/key-chain.json holds, made from the tables of chains. Statements, and keys of 1216 bytes, stand there
 * once and are named by their places, since otherwise the file would be many times as long.
 */
import {
  type AccountStatement,
  hashStatement,
  type SignedStatement,
  statementBytes,
} from "../account-statement.ts";
import { findFormFault } from "../account-statement-form.ts";
import { toBase64Url } from "../base64.ts";
import type { ChainPin } from "../key-chain.ts";
import type { ChainCase, Expected } from "./chain.ts";
import { alice, keys, nowMs } from "./chain-actors.ts";
import { formAttacks } from "./chain-forms.ts";
import { linkAttacks } from "./chain-links.ts";
import { goodChains, pinAttacks } from "./chain-pins.ts";
import { signatureAttacks } from "./chain-signatures.ts";

export const badChains: readonly ChainCase[] = [
  ...formAttacks,
  ...linkAttacks,
  ...signatureAttacks,
  ...pinAttacks,
];

/** As a signed statement, but the public key of each epoch is a place in `publicKeys`. */
interface StatementVector extends Omit<SignedStatement, "statement"> {
  statement: Omit<AccountStatement, "epochs"> & { epochs: readonly EpochVector[] };
  /** Of one whose form is sound. */
  hash?: string;
}

interface EpochVector extends Omit<AccountStatement["epochs"][number], "publicKey"> {
  publicKey: number;
}

export interface ChainVector {
  name: string;
  /** Places in `statements`. */
  chain: readonly number[];
  /** They come so many times, one behind the other; once when it is absent. */
  times?: number;
  pinned?: ChainPin;
  result: Expected;
}

export interface ChainVectors {
  address: string;
  now: string;
  keys: readonly { name: string; seed: string; publicKey: string }[];
  publicKeys: readonly string[];
  statements: readonly StatementVector[];
  bytes: readonly { statement: number; hex: string }[];
  good: readonly ChainVector[];
  bad: readonly ChainVector[];
}

/** How many statements are read: no more needs to be told of a chain that long. */
const longChains: readonly ChainVector[] = [
  {
    name: "a thousand times the first statement",
    chain: [0],
    times: 1000,
    result: { kind: "broken", at: 1, why: "seq" },
  },
  {
    name: "a thousand and one times the first statement",
    chain: [0],
    times: 1001,
    result: { kind: "broken", at: 1000, why: "tooLong" },
  },
];

/** The file as a value, the same on each call. */
export async function chainVectors(): Promise<ChainVectors> {
  const publicKeys = new Places<string>();
  const statements = new Places<SignedStatement>();
  const good = await chainsOf(goodChains, statements);
  // A thousand and one times the same place says nothing to anybody: it stands in the file in short.
  const bad = await chainsOf(
    badChains.filter(({ name }) => !name.startsWith("more than")),
    statements,
  );
  const [first] = statements.list;
  if (first === undefined) throw new Error("There are no chains.");
  return {
    address: alice,
    now: new Date(nowMs).toISOString(),
    keys: Object.entries(keys).map(([name, { seed, publicKey }]) => {
      return { name, seed: toBase64Url(seed), publicKey: toBase64Url(publicKey) };
    }),
    statements: await Promise.all(statements.list.map((signed) => statementVector(signed, publicKeys))),
    publicKeys: publicKeys.list,
    bytes: [{ statement: 0, hex: Buffer.from(statementBytes(first.statement)).toString("hex") }],
    good,
    bad: [...bad, ...longChains],
  };
}

/** A list in which everything stands once. */
class Places<Item> {
  readonly list: Item[] = [];
  readonly #places = new Map<string, number>();

  of(item: Item): number {
    const text = JSON.stringify(item);
    const known = this.#places.get(text);
    if (known !== undefined) return known;
    this.#places.set(text, this.list.length);
    return this.list.push(item) - 1;
  }
}

async function chainsOf(cases: readonly ChainCase[], statements: Places<SignedStatement>) {
  const chains: ChainVector[] = [];
  for (const { name, chain, pinned, result } of cases) {
    const places = (await chain()).map((signed) => statements.of(signed));
    const pin = pinned === undefined ? {} : { pinned: await pinned() };
    chains.push({ name, chain: places, ...pin, result });
  }
  return chains;
}

async function statementVector(
  signed: SignedStatement,
  publicKeys: Places<string>,
): Promise<StatementVector> {
  const epochs = signed.statement.epochs.map((epoch) => ({
    ...epoch,
    publicKey: publicKeys.of(epoch.publicKey),
  }));
  const sound = (await findFormFault(signed.statement)) === undefined;
  return {
    ...signed,
    statement: { ...signed.statement, epochs },
    ...(sound ? { hash: await hashStatement(signed.statement) } : {}),
  };
}
