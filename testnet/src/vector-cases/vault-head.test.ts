/** The head of the vault that the SDK writes, against that of vectors/owner-records.json. */
import { readFileSync } from "node:fs";
import { lookUpContact, markCompared, readSafetyNumber } from "@posthorn/client";
import {
  deriveSecret,
  fromBase64Url,
  generateKemKey,
  identityOf,
  keyIdOf,
  openRecord,
  signStatement,
  toBase64Url,
  wrapEpochKey,
} from "@posthorn/crypto";
import type { SealedRecord } from "@posthorn/protocol";
import { expect, test } from "vitest";
import type { ServedAccount } from "./account-server.ts";
import { openTrialSession, trialPlatform } from "./trial-session.ts";
import type { LetterVectors } from "./whole-letters.ts";

const textOf = (file: string) => readFileSync(new URL(`../../../vectors/${file}`, import.meta.url), "utf8");
const letters: LetterVectors = JSON.parse(textOf("whole-letters.json"));
const records: {
  rootSecret: string;
  ids: { name: string; id: string }[];
  heads: {
    name: string;
    salt: string;
    records: [string, number][];
    text: string;
    vaultHead: string;
    id: string;
  }[];
} = JSON.parse(textOf("owner-records.json"));

const address = "alice@alpha.example";
const rootSecret = Uint8Array.from(Buffer.from(records.rootSecret, "hex"));
const validFrom = letters.now;

/** The owner of the records, with keys of an hour ago and nothing kept yet. */
async function servedAccount(): Promise<ServedAccount> {
  const identity = await identityOf(rootSecret);
  const epoch = await generateKemKey(new Uint8Array(32).fill(1));
  const keyId = await keyIdOf(epoch.publicKey);
  const publicKey = toBase64Url(epoch.publicKey);
  const first = await signStatement(
    {
      ...{ address, seq: 0, prev: "", identityKey: toBase64Url(identity.publicKey) },
      epochs: [{ keyId, publicKey, validFrom, validUntil: "2027-04-20T12:00:00.000Z" }],
      ...{ policy: "sealed", vaultHead: "", validFrom, reason: "first" },
    },
    identity,
  );
  const wrapped = toBase64Url(await wrapEpochKey(await deriveSecret(rootSecret, "wrap"), address, epoch));
  return {
    statements: [first],
    epochs: [{ keyId, wrapped }],
    records: new Map<string, SealedRecord>(),
    chains: new Map(letters.people.map((one) => [one.address, one.statements])),
  };
}

test("a head is written as the vectors have it, when one of two contacts is compared", async () => {
  const head = records.heads.find(({ name }) => name === "of the one contact who is compared");
  if (head === undefined) throw new Error("the vectors hold a head of one pin");
  const account = await servedAccount();
  const platform = trialPlatform(Date.parse(letters.now), () => fromBase64Url(head.salt));
  const owner = { address, rootSecret: toBase64Url(rootSecret) };
  const session = await openTrialSession(account, owner, platform);
  await lookUpContact(session, "carol@gamma.example");
  const { safetyNumber } = await readSafetyNumber(session, "bob@beta.example");
  await markCompared(session, "bob@beta.example", safetyNumber);

  const pins = [...account.records.keys()].filter((place) => place.startsWith("pins/"));
  expect(pins).toHaveLength(2);
  expect(pins).toEqual(expect.arrayContaining(head.records.map(([id]) => `pins/${id}`)));
  expect(account.statements.at(-1)?.statement.vaultHead).toBe(head.vaultHead);
  const kept = account.records.get(`head/${head.id}`);
  const place = { address, collection: "head", id: head.id, revision: kept?.revision ?? 0 };
  const vault = await deriveSecret(rootSecret, "vault");
  const opened = await openRecord(vault, place, fromBase64Url(kept?.sealed ?? ""));
  expect(opened && new TextDecoder().decode(opened)).toBe(head.text);
});
