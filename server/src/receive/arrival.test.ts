/** To which epoch of an account its server seals what comes in the open (§100.12). */
import { readFileSync } from "node:fs";
import { findArrival } from "@posthorn/protocol";
import { expect, it } from "vitest";
import { openAccount } from "../objects/trial-mail.ts";
import { eachStore } from "../store/each-store.ts";
import { insertStatement, type StoredStatement } from "../store/key-store.ts";
import { findArrivalSeal } from "./arrival.ts";

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
});
