/** People who have keys and no client, for a server to lie about; and statements that nobody in their place would sign. */
import { randomBytes } from "node:crypto";
import {
  type AccountStatement,
  bindTexts,
  type Epoch,
  generateKemKey,
  generateSigningKey,
  hashStatement,
  type KemKey,
  keyIdOf,
  type SignedStatement,
  type SigningKey,
  toBase64Url,
} from "@posthorn/crypto";
import { formatTime } from "@posthorn/protocol";
import { sql } from "@posthorn/server";
import type { TestAccount, TestNode } from "./testnet.ts";

const dayMs = 24 * 3_600_000;

export interface Puppet {
  address: string;
  account: TestAccount;
  identity: SigningKey;
  /** Of its newest epoch. */
  key: KemKey;
  /** As its server keeps it. */
  chain: readonly SignedStatement[];
}

/** What a statement is to say otherwise than a sound rotation would. */
export type Change = Partial<AccountStatement>;

/** Who signs it, whatever it says: by itself, and for the key before. */
export interface Signers {
  own: SigningKey;
  previous?: SigningKey | undefined;
}

export function newIdentity(): Promise<SigningKey> {
  return generateSigningKey(randomBytes(32));
}

/** An epoch of 90 days with its key. */
export async function newEpoch(fromMs: number): Promise<{ epoch: Epoch; key: KemKey }> {
  const key = await generateKemKey(randomBytes(32));
  return {
    key,
    epoch: {
      keyId: await keyIdOf(key.publicKey),
      publicKey: toBase64Url(key.publicKey),
      validFrom: formatTime(fromMs),
      validUntil: formatTime(fromMs + 90 * dayMs),
    },
  };
}

/** The first statement of an address, signed by `own`. */
export async function beginChain(address: string, own: SigningKey, epoch: Epoch): Promise<SignedStatement> {
  const statement: AccountStatement = {
    address,
    seq: 0,
    prev: "",
    identityKey: toBase64Url(own.publicKey),
    epochs: [epoch],
    policy: "sealed",
    vaultHead: "",
    validFrom: epoch.validFrom,
    reason: "first",
  };
  return signAnything(statement, { own });
}

/** The statement that follows: a rotation that says the same, but for `change`. */
export async function nextStatement(
  chain: readonly SignedStatement[],
  change: Change,
  signers: Signers,
): Promise<SignedStatement> {
  const last = newestOf(chain);
  return signAnything(
    { ...last, seq: last.seq + 1, prev: await hashStatement(last), reason: "rotation", ...change },
    signers,
  );
}

/** Another identity in the place of the last: `compromise` when `previous` signs for it, otherwise as `change` says. */
export async function nextIdentity(
  chain: readonly SignedStatement[],
  own: SigningKey,
  epoch: Epoch,
  { previous, change = {} }: { previous?: SigningKey | undefined; change?: Change } = {},
): Promise<SignedStatement> {
  const reason = previous === undefined ? "reset" : "compromise";
  const identity = { identityKey: toBase64Url(own.publicKey), epochs: [epoch] };
  return nextStatement(chain, { ...identity, reason, ...change }, { own, previous });
}

export function newestOf(chain: readonly SignedStatement[]): AccountStatement {
  const last = chain.at(-1);
  if (last === undefined) throw new Error("the chain has no statement");
  return last.statement;
}

/** The epoch that a sender would take. */
export function lastEpochOf(chain: readonly SignedStatement[]): Epoch {
  const last = newestOf(chain).epochs.at(-1);
  if (last === undefined) throw new Error("the statement has no epoch");
  return last;
}

/** Signs without a look at what it says. */
async function signAnything(
  statement: AccountStatement,
  { own, previous }: Signers,
): Promise<SignedStatement> {
  const bytes = statementBytes(statement);
  return {
    statement,
    signature: toBase64Url(await own.handle.sign(bytes)),
    previousSignature: previous === undefined ? "" : toBase64Url(await previous.handle.sign(bytes)),
  };
}

/** As §90.5 has them. */
function statementBytes(statement: AccountStatement): Uint8Array {
  const { address, seq, prev, identityKey, epochs, policy, vaultHead, validFrom, reason } = statement;
  return bindTexts("posthorn-account-key-v1", [
    address,
    String(seq),
    prev,
    identityKey,
    String(epochs.length),
    ...epochs.flatMap((epoch) => [epoch.keyId, epoch.publicKey, epoch.validFrom, epoch.validUntil]),
    policy,
    vaultHead,
    validFrom,
    reason,
  ]);
}

/** An account with three statements and three epochs, whose server shows them as it does everybody's. */
export async function addPuppet(node: TestNode, name: string): Promise<Puppet> {
  const account = await node.addAccount(name);
  const { address } = account;
  const identity = await newIdentity();
  const now = node.env.clock.now();
  const [first, second, third] = [
    await newEpoch(now - 60 * dayMs),
    await newEpoch(now - 30 * dayMs),
    await newEpoch(now),
  ];
  const chain = [await beginChain(address, identity, first.epoch)];
  const epochs = [first.epoch];
  for (const { epoch } of [second, third]) {
    epochs.push(epoch);
    const change = { epochs: [...epochs], validFrom: epoch.validFrom };
    chain.push(await nextStatement(chain, change, { own: identity }));
  }
  await keepChain(account, chain);
  return { address, account, identity, key: third.key, chain };
}

async function keepChain({ node, accountId }: TestAccount, chain: readonly SignedStatement[]): Promise<void> {
  await node.server.store.write(async (tx) => {
    await tx.run(sql`UPDATE account SET sealed = 1 WHERE id = ${accountId}`);
    for (const signed of chain) {
      await tx.run(sql`
        INSERT INTO key_statement (account_id, seq, statement)
        VALUES (${accountId}, ${signed.statement.seq}, ${JSON.stringify(signed)})`);
    }
  });
}
