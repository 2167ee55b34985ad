/** The keys of others, as a server shows them that has something to gain: what was seen once cannot be lied about unseen. */
import { lookUpContact, markCompared, readSafetyNumber } from "@posthorn/client";
import {
  type AccountStatement,
  type Epoch,
  keyIdOf,
  type SignedStatement,
  signClaim,
  toBase64Url,
} from "@posthorn/crypto";
import { formatTime } from "@posthorn/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { refusalOf, refusing } from "../../src/evil-server.ts";
import {
  addPuppet,
  beginChain,
  lastEpochOf,
  newEpoch,
  newestOf,
  newIdentity,
  nextIdentity,
  nextStatement,
  type Puppet,
} from "../../src/evil-server-keys.ts";
import { published } from "./published.ts";
import { sealsTo, showing, type Victim, victim } from "./victim.ts";

const dayMs = 24 * 3_600_000;
let at: Victim;
/** The server's own. */
let wrongEpoch: Epoch;
let count = 0;

beforeAll(async () => {
  at = await victim();
  ({ epoch: wrongEpoch } = await newEpoch(at.net.clock.now()));
});

afterAll(() => at.net.close());

function newContact(): Promise<Puppet> {
  return addPuppet(at.net.node("beta"), `bob${++count}`);
}

/** Somebody on another server whom Alice has written to before. */
async function knownContact(): Promise<Puppet> {
  const bob = await newContact();
  expect(await sealsTo(await at.started(), bob)).toBe(lastEpochOf(bob.chain).keyId);
  return bob;
}

type Chain = readonly SignedStatement[];

/** Chains that a server makes of one that was seen, and what is told of them. */
const forgeries: readonly [name: string, forge: (bob: Puppet) => Chain | Promise<Chain>, says: string][] = [
  [published.tresoritKeys, async () => (await newContact()).chain, "keys of another account as those of"],
  [
    "somebody's own keys as those of another",
    async () => (await at.alice.session.keys.find())?.statements ?? [],
    "keys of another account as those of",
  ],
  [published.syncKeys, ownChain, "another history of the keys"],
  [
    published.pcloudKeys,
    ({ chain }) => withLastEpoch(chain, { publicKey: wrongEpoch.publicKey }),
    "(statement 2: keyId)",
  ],
  [published.nextcloudKeys, ({ chain }) => withLastEpoch(chain, wrongEpoch), "(statement 2: signature)"],
  [
    published.matrixDevice,
    ({ chain }) =>
      withLast(chain, ({ epochs }) => ({
        epochs: [...epochs, { ...wrongEpoch, validFrom: formatTime(at.net.clock.now() + 1000) }],
      })),
    "(statement 2: signature)",
  ],
  [
    published.matrixIdentifiers,
    async ({ chain, identity }) => withLastEpoch(chain, { keyId: await keyIdOf(identity.publicKey) }),
    "(statement 2: keyId)",
  ],
  [
    published.smallOrder,
    // The neutral element.
    ({ chain }) => reset(chain, { identityKey: `AQ${"A".repeat(41)}` }),
    "(statement 3: unsoundKey)",
  ],
  [
    "the new key itself vouches for its replacing the old one",
    async ({ chain }) => {
      const mallory = await newIdentity();
      return [...chain, await nextIdentity(chain, mallory, wrongEpoch, { previous: mallory })];
    },
    "(statement 3: previousSignature)",
  ],
  [
    published.threemaKompromat,
    async ({ address, chain, identity }) => {
      const claim = { kind: "password", address, registrationRecord: "AA", wrapped: "AA" } as const;
      const signature = await signClaim(identity, claim);
      const next = await nextStatement(chain, { epochs: [wrongEpoch] }, { own: identity });
      return [...chain, { ...next, signature }];
    },
    "(statement 3: signature)",
  ],
  [published.tufRollback, ({ chain }) => chain.slice(0, -1), "older keys"],
  [published.coniksEquivocation, forked, "another history of the keys"],
  [published.starttlsStripping, () => [], "older keys for"],
  [
    published.mitmDowngrade,
    ({ chain }) => withLast(chain, () => ({ policy: "open" })),
    "(statement 2: signature)",
  ],
  [
    "a statement left out in the middle",
    ({ chain }) => chain.filter((_, seq) => seq !== 1),
    "(statement 1: seq)",
  ],
  ["a statement left out at the start", ({ chain }) => chain.slice(1), "(statement 0: start)"],
  [
    "the first statement again at the end",
    ({ chain }) => [...chain, ...chain.slice(0, 1)],
    "(statement 3: seq)",
  ],
  [
    "two statements that have changed places",
    ({ chain }) => [0, 2, 1].flatMap((seq) => chain[seq] ?? []),
    "(statement 1: seq)",
  ],
  [
    "another identity key under the old signatures",
    async ({ chain }) => {
      const identityKey = toBase64Url((await newIdentity()).publicKey);
      return chain.map((signed) => ({ ...signed, statement: { ...signed.statement, identityKey } }));
    },
    "(statement 0: signature)",
  ],
  [
    "another identity that says it is the same",
    ({ chain }) => reset(chain, { reason: "rotation" }),
    "(statement 3: reason)",
  ],
  [
    "another identity for which the old one is said to have signed",
    ({ chain }) => reset(chain, { reason: "compromise" }),
    "(statement 3: previousSignature)",
  ],
  [
    "another identity that takes mail in the open at once",
    ({ chain }) => reset(chain, { policy: "open" }),
    "(statement 3: downgrade)",
  ],
  [
    "an identity that was given up, come back",
    async ({ chain, identity }) => {
      const longer = await reset(chain, {});
      const { epoch } = await newEpoch(at.net.clock.now());
      return [...longer, await nextIdentity(longer, identity, epoch)];
    },
    "(statement 4: oldKey)",
  ],
  [
    "a statement of the day after tomorrow, by the key itself",
    ({ chain, identity }) =>
      rotated(chain, { validFrom: formatTime(at.net.clock.now() + 2 * dayMs) }, identity),
    "(statement 3: future)",
  ],
  [
    "a statement from before the last one, by the key itself",
    ({ chain, identity }) => rotated(chain, { validFrom: newestOf(chain.slice(0, 1)).validFrom }, identity),
    "(statement 3: backInTime)",
  ],
  [
    "an epoch that is said to last longer, by the key itself",
    ({ chain, identity }) => {
      const longer = ({ validUntil, ...epoch }: Epoch) => ({
        ...epoch,
        validUntil: formatTime(Date.parse(validUntil) + dayMs),
      });
      return rotated(chain, { epochs: newestOf(chain).epochs.map(longer) }, identity);
    },
    "(statement 3: oldEpoch)",
  ],
];

/** The last statement says something else, under its old signature. */
function withLast(chain: Chain, change: (statement: AccountStatement) => Partial<AccountStatement>): Chain {
  const statement = newestOf(chain);
  return chain.map((signed) =>
    signed.statement === statement
      ? { ...signed, statement: { ...statement, ...change(statement) } }
      : signed,
  );
}

function withLastEpoch(chain: Chain, change: Partial<Epoch>): Chain {
  return withLast(chain, ({ epochs }) => ({
    epochs: [...epochs.slice(0, -1), { ...lastEpochOf(chain), ...change }],
  }));
}

async function reset(chain: Chain, change: Partial<AccountStatement>): Promise<Chain> {
  return [...chain, await nextIdentity(chain, await newIdentity(), wrongEpoch, { change })];
}

async function rotated(
  chain: Chain,
  change: Partial<AccountStatement>,
  own: Puppet["identity"],
): Promise<Chain> {
  return [...chain, await nextStatement(chain, change, { own })];
}

/** A chain of the address that holds and is the server's, as long as that in whose place it is shown. */
async function ownChain({ address, chain }: Puppet): Promise<Chain> {
  const mallory = await newIdentity();
  const made = [await beginChain(address, mallory, wrongEpoch)];
  while (made.length < chain.length) made.push(await nextStatement(made, {}, { own: mallory }));
  return made;
}

/** Another last statement, by the key itself: who has stolen it can make one. */
async function forked({ chain, identity }: Puppet): Promise<Chain> {
  const before = chain.slice(0, -1);
  return rotated(before, { epochs: [...newestOf(before).epochs, wrongEpoch] }, identity);
}

describe("keys that were seen before", () => {
  test.each(forgeries)("%s", async (_, forge, says) => {
    const bob = await knownContact();
    const device = await at.started();
    await at.evil.lying(showing(bob, await forge(bob)), async () => {
      const refused = { code: "keysNotBelieved", says: expect.stringContaining(says) };
      expect(await refusalOf(sealsTo(device, bob))).toEqual(refused);
      expect((await refusalOf(sealsTo(device, bob)))?.says).toContain("Nothing was sent.");
      expect(await refusalOf(readSafetyNumber(device, bob.address))).toEqual(refused);
      expect(await refusalOf(markCompared(device, bob.address, "in any case"))).toEqual(refused);
    });
    // Nothing of the lie was kept: once the server is honest again, all is as it was.
    const restarted = await at.started();
    expect(await lookUpContact(restarted, bob.address)).toMatchObject({ kind: "sealed", news: undefined });
    expect(await sealsTo(restarted, bob)).toBe(lastEpochOf(bob.chain).keyId);
  });
});

test("keys that do not hold are told as such also of an account that the server calls closed", async () => {
  const bob = await knownContact();
  const device = await at.started();
  const { chain } = await newContact();
  await at.evil.lying(showing(bob, chain, { closing: true }), async () => {
    expect(await refusalOf(sealsTo(device, bob))).toMatchObject({ code: "keysNotBelieved" });
  });
  await at.evil.lying(showing(bob, bob.chain, { closing: true }), async () => {
    expect(await refusalOf(sealsTo(await at.started(), bob))).toMatchObject({ code: "recipientGone" });
  });
});

describe("keys that were seen before and are not shown any more", () => {
  const answers = ["noConsent", "rateLimited", "internal", "unavailable"] as const;
  test.each(answers)("(%s): what was seen last is sealed to, and nothing goes in the open", async (code) => {
    const bob = await knownContact();
    const device = await at.started();
    await at.evil.lying(refusing("lookUpKeys", code), async () => {
      expect(await sealsTo(device, bob)).toBe(lastEpochOf(bob.chain).keyId);
    });
  });

  test.each(["recipientUnknown", "notFound"] as const)(
    "(%s): nothing is sent, and it is said why",
    async (code) => {
      const bob = await knownContact();
      const device = await at.started();
      await at.evil.lying(refusing("lookUpKeys", code), async () => {
        expect(await refusalOf(sealsTo(device, bob))).toEqual({
          code: "keysNotBelieved",
          says: expect.stringContaining(`there is no ${bob.address} any more, whose keys were seen before`),
        });
      });
    },
  );

  test(`${published.tufFreeze}: nothing is sent`, async () => {
    const bob = await knownContact();
    // In two steps, as a sign-in that is not used for so long ends.
    await at.net.advance(46 * dayMs);
    await (await at.started()).keys.find();
    await at.net.advance(45 * dayMs);
    const device = await at.started();
    await at.evil.lying(showing(bob, bob.chain), async () => {
      const refusal = await refusalOf(sealsTo(device, bob));
      expect(refusal).toEqual({ code: "noKeys", says: expect.stringContaining("have run out") });
    });
  });
});
