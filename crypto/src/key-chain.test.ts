import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { type AccountStatement, hashStatement, signStatement, statementBytes } from "./account-statement.ts";
import type { ChainCase } from "./attacks/chain.ts";
import {
  alice,
  append,
  begin,
  bob,
  epochOf,
  headOf,
  keys,
  nowMs,
  pinTo,
  publicKeyOf,
  textOf,
} from "./attacks/chain-actors.ts";
import { fourStatements, threeStatements } from "./attacks/chain-links.ts";
import { goodChains } from "./attacks/chain-pins.ts";
import { badChains, chainVectors } from "./attacks/chain-vectors.ts";
import { fromBase64Url } from "./base64.ts";
import { importVerifyKey, verifyBytes } from "./ed25519.ts";
import { checkChain } from "./key-chain.ts";
import { keyChainCases } from "./vector-cases/key-chain.ts";

const vectors = await chainVectors();

async function check({ chain, pinned }: ChainCase) {
  const context = { address: alice, nowMs };
  return checkChain(await chain(), pinned === undefined ? context : { ...context, pinned: await pinned() });
}

describe("a chain that holds", () => {
  test.each(goodChains)("$result.kind: $name", async (one) => {
    const chain = await one.chain();
    expect(await check(one)).toEqual({ ...one.result, head: headOf(chain), pin: await pinTo(chain) });
  });

  test("is unchanged for who keeps the pin that it gives", async () => {
    const statements = await fourStatements();
    const seen = await checkChain(statements, { address: alice, nowMs });
    if (seen.kind !== "firstSeen") throw new Error(seen.kind);
    expect(await checkChain(statements, { address: alice, nowMs, pinned: seen.pin })).toMatchObject({
      kind: "unchanged",
    });
  });

  test("can have a thousand statements", async () => {
    let chain = await begin();
    const epochs = [await epochOf(8)];
    while (chain.length < 1000) chain = await append(chain, { epochs, validFrom: headOf(chain).validFrom });
    expect(await checkChain(chain, { address: alice, nowMs })).toMatchObject({
      kind: "firstSeen",
      pin: { seq: 999 },
    });
  });
});

describe("a chain that somebody meddled with", () => {
  test("is tried in more than a hundred ways, no two alike", () => {
    const names = [...goodChains, ...badChains].map(({ name }) => name);
    expect(badChains.length).toBeGreaterThan(100);
    expect(new Set(names).size).toBe(names.length);
  });

  test.each(badChains)("$name", async (one) => {
    expect(await check(one)).toEqual(one.result);
  });

  test("stays at fault whatever is put behind it", async () => {
    const behind = (await threeStatements()).slice(-1);
    for (const { name, chain, pinned, result } of badChains) {
      const statements = await chain();
      if (result.kind !== "broken" || pinned !== undefined || statements.length === 0) continue;
      const longer = [...statements, ...behind];
      expect({ name, result: await checkChain(longer, { address: alice, nowMs }) }).toEqual({ name, result });
    }
  });

  test("is refused with any byte of what is signed changed", async () => {
    const [signed] = await begin();
    if (signed === undefined) throw new Error("The chain is empty.");
    const key = await importVerifyKey(keys.alice.publicKey);
    const bytes = statementBytes(signed.statement);
    const signature = fromBase64Url(signed.signature);
    expect(await verifyBytes(key, bytes, signature)).toBe(true);
    for (let at = 0; at < bytes.length; at += 7) {
      expect(await verifyBytes(key, bytes.with(at, (bytes[at] ?? 0) ^ 1), signature)).toBe(false);
    }
  });
});

describe("signing a statement", () => {
  const statementOf = async (change: Partial<AccountStatement> = {}) => ({
    ...headOf(await begin()),
    ...change,
  });

  test("gives a chain that is believed", async () => {
    const first = await signStatement(await statementOf(), keys.alice);
    const rotation = await signStatement(headOf(await append([first])), keys.alice);
    const compromise = await signStatement(
      {
        ...rotation.statement,
        seq: 2,
        prev: await hashStatement(rotation.statement),
        identityKey: textOf(keys.aliceSecond),
        epochs: [await epochOf(11)],
        reason: "compromise",
      },
      keys.aliceSecond,
      keys.alice,
    );
    const pinned = await pinTo([first]);
    expect(await checkChain([first, rotation, compromise], { address: alice, nowMs, pinned })).toMatchObject({
      kind: "newKey",
    });
  });

  test.each<[string, Partial<AccountStatement>, string]>([
    ["an address in capitals", { address: "Alice@alpha.example" }, "malformed"],
    ["no epochs", { epochs: [] }, "malformed"],
    ["another identity key", { identityKey: textOf(keys.bob) }, "another identity key"],
    ["a compromise without the key that is replaced", { reason: "compromise" }, "replaced"],
  ])("is refused for %s", async (_, change, message) => {
    await expect(signStatement(await statementOf(change), keys.alice)).rejects.toThrow(message);
  });

  test("is refused with a replaced key for another reason", async () => {
    await expect(signStatement(await statementOf(), keys.alice, keys.bob)).rejects.toThrow("replaced");
  });
});

describe("the bytes of a statement", () => {
  test("fit into a leaf of a transparency log, however large the statement is", async () => {
    const largest = headOf(
      await begin({
        address: `${"a".repeat(129)}@${"b".repeat(259)}`,
        prev: "A".repeat(43),
        vaultHead: "A".repeat(43),
        reason: "compromise",
        epochs: await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map((number) => epochOf(number))),
      }),
    );
    expect(statementBytes(largest).length).toBeLessThanOrEqual(14_500);
  });

  test("are others for every text that is another", async () => {
    const base = headOf(await begin());
    const [epoch] = base.epochs;
    if (epoch === undefined) throw new Error("There is no epoch.");
    const changes: Partial<AccountStatement>[] = [
      { address: bob },
      { seq: 1 },
      { prev: "A".repeat(43) },
      { identityKey: textOf(keys.bob) },
      { epochs: [] },
      { epochs: [epoch, epoch] },
      ...[
        { keyId: "A".repeat(22) },
        { publicKey: publicKeyOf(7) },
        { validFrom: epoch.validUntil },
        { validUntil: epoch.validFrom },
      ].map((change) => ({ epochs: [{ ...epoch, ...change }] })),
      { policy: "open" },
      { vaultHead: "A".repeat(43) },
      { validFrom: "2026-08-01T00:00:00.001Z" },
      { reason: "reset" },
    ];
    const hashes = await Promise.all([{}, ...changes].map((change) => hashStatement({ ...base, ...change })));
    expect(new Set(hashes).size).toBe(changes.length + 1);
  });
});

describe("vectors/key-chain.json", () => {
  test("holds these chains; `vitest run crypto/src/key-chain -u` writes it anew", async () => {
    const text = `${JSON.stringify(vectors, null, 1)}\n`;
    const path = fileURLToPath(new URL("../../vectors/key-chain.json", import.meta.url));
    await expect(text).toMatchFileSnapshot(path);
  });

  test.each(keyChainCases(vectors))("$name", async ({ find, expected }) => {
    expect(await find()).toEqual(expected);
  });

  test("has the worked example of 90-keys.md, which names every result and every fault", () => {
    const page = readFileSync(
      fileURLToPath(new URL("../../docs/protocol/90-keys.md", import.meta.url)),
      "utf8",
    );
    const [first] = vectors.statements;
    const [bytes] = vectors.bytes;
    for (const text of [first?.hash, vectors.keys[0]?.seed]) expect(page).toContain(`\`${text}\``);
    expect(page).toContain(`\n${first?.signature}\n`);
    expect(page).toContain(bytes?.hex.slice(0, 96));
    for (const { result } of [...vectors.good, ...vectors.bad]) {
      expect(page).toContain(`\`${result.kind}\``);
      if ("why" in result) expect(page).toContain(`\`${result.why}\``);
    }
  });
});
