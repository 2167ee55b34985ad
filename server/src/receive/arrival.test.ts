/** To which epoch of an account its server seals what comes in the open (§100.12). */
import { readFileSync } from "node:fs";
import { findArrival } from "@posthorn/protocol";
import { expect, it } from "vitest";
import { openRandom } from "../env/random.ts";
import { openAccount } from "../objects/trial-mail.ts";
import { eachStore } from "../store/each-store.ts";
import { insertStatement, type StoredStatement } from "../store/key-store.ts";
import { findMessageBytes } from "../store/object-store.ts";
import { sql } from "../store/sql.ts";
import { findArrivalSeal } from "./arrival.ts";
import { greet } from "./greet.ts";

interface EpochVectors {
  publicKeys: readonly string[];
  choices: readonly {
    name: string;
    now: string;
    epochs: readonly { keyId: string; publicKey: number; validFrom: string; validUntil: string }[];
    arrival: string | null;
  }[];
}

const { publicKeys, choices }: EpochVectors = JSON.parse(
  readFileSync(new URL("../../../vectors/epochs.json", import.meta.url), "utf8"),
);

/** Nobody looks at its signatures here. */
function statementOf(seq: number, { epochs }: EpochVectors["choices"][number]): StoredStatement {
  const validFrom = "2026-10-01T00:00:00.000Z";
  return {
    statement: {
      ...{ address: "bob@a.test", seq, prev: "", identityKey: "A".repeat(43) },
      epochs: epochs.map((epoch) => ({ ...epoch, publicKey: publicKeys[epoch.publicKey] ?? "" })),
      ...{ policy: "sealed", vaultHead: "", validFrom, reason: "rotation" },
    },
    signature: "A".repeat(86),
    previousSignature: "",
  };
}

eachStore("what comes in the open", (open) => {
  it("is sealed to the epoch that vectors/epochs.json names", async () => {
    const store = await open();
    const account = { id: await openAccount(store, "bob"), name: "bob" };
    const taken: [string, string | null][] = [];
    for (const [seq, choice] of choices.entries()) {
      await store.write((tx) => insertStatement(tx, account.id, statementOf(seq, choice)));
      const at = { host: "a.test", now: Date.parse(choice.now) };
      const seal = await findArrivalSeal(store.read, account, at);
      const kept = seal && findArrival((await seal(new TextEncoder().encode("{}"))).write([]));
      taken.push([choice.name, kept?.arrivalSeal.keyId ?? null]);
    }
    expect(taken).toEqual(choices.map(({ name, arrival }) => [name, arrival]));
  });

  it("so are the letters that the postmaster greets a person by", async () => {
    const store = await open();
    const accountId = await openAccount(store, "bob");
    const choice = choices.find(({ arrival }) => arrival !== null);
    if (choice === undefined) throw new Error("no statement has an epoch to seal to");
    await store.write((tx) => insertStatement(tx, accountId, statementOf(0, choice)));
    const at = { accountId, now: Date.parse(choice.now), accepted: undefined };
    await store.write((tx) => greet({ host: "a.test", random: openRandom() }, tx, at));
    const rows = await store.read.all(sql`SELECT id FROM object WHERE account_id = ${accountId}`);
    expect(rows).toHaveLength(3);
    for (const { id } of rows) {
      const bytes = (await findMessageBytes(store.read, accountId, Number(id))) ?? new Uint8Array();
      expect(findArrival(bytes)?.arrivalSeal.keyId).toBe(choice.arrival);
      expect(new TextDecoder().decode(bytes)).not.toContain("Welcome");
    }
  });
});
