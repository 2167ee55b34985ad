/** What a server keeps for the account and cannot open: exchanged, bent, taken back or made up, it opens nothing, and that is said. */
import { randomBytes } from "node:crypto";
import { changePassword, keepEpochsFresh, login, memoryKeeper, recover, testPhrase } from "@posthorn/client";
import { fromBase64Url, toBase64Url, wrapEpochKey, wrapRootSecret } from "@posthorn/crypto";
import type { AccountSecrets } from "@posthorn/protocol";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { answering, type Call, type Lie, refusalOf } from "../../src/evil-server.ts";
import { newEpoch, newIdentity, nextIdentity } from "../../src/evil-server-keys.ts";
import { anotherPhrase, joinAs, newDevice, type TestPerson } from "../../src/people.ts";
import { published } from "./published.ts";
import { startedAgain, type Victim, victim } from "./victim.ts";

const dayMs = 24 * 3_600_000;
let at: Victim;
/** Another account of the same server. */
let carol: TestPerson;
let own: AccountSecrets;
let carols: AccountSecrets;

beforeAll(async () => {
  at = await victim();
  for (const _ of ["the second epoch", "the third"]) {
    await at.net.advance(31 * dayMs);
    expect(await keepEpochsFresh(await at.started())).toBe(true);
  }
  carol = await joinAs(at.net, at.net.node("alpha"), "carol", { platform: at.evil.platform });
  own = await (await at.started()).call("secrets", {});
  carols = await (await startedAgain(at.evil, carol)).call("secrets", {});
});

// A server limits how often somebody may try to sign in.
beforeEach(() => at.net.advance(10 * 60_000));

afterAll(() => at.net.close());

/** Gives these secrets to Alice in the place of her own. */
function giving(change: (secrets: AccountSecrets) => AccountSecrets | Promise<AccountSecrets>): Lie {
  return answering("secrets", change);
}

function bent(text: string | null, place: number): string {
  const bytes = fromBase64Url(text ?? "");
  return toBase64Url(bytes.with(place, (bytes[place] ?? 0) ^ 1));
}

/** Opens what the account has kept: what a device does when it starts. */
async function starts(): Promise<void> {
  await (await at.started()).keys.find();
}

const notBelieved = { code: "keysNotBelieved", says: expect.stringContaining("Tell whoever runs it") };

describe("the root secret, as the recovery phrase opens it", () => {
  const exchanged: readonly [name: string, recovery: () => string | null | Promise<string>][] = [
    [published.caveatImplementor, () => own.password],
    [published.threemaCloning, () => carols.recovery],
    [published.megaKeySwap, () => own.epochs[0]?.wrapped ?? null],
    [
      published.matrixBackup,
      async () => {
        const whose = { address: at.alice.address, way: "recovery" as const };
        return toBase64Url(await wrapRootSecret(randomBytes(32), whose, randomBytes(32)));
      },
    ],
    ["nothing at all", () => null],
  ];

  test.each(exchanged)("%s", async (_, other) => {
    const recovery = await other();
    const { address, recoveryPhrase: phrase } = at.alice;
    const session = await at.started();
    expect(await testPhrase(session, phrase)).toBe(true);
    await at.evil.lying(
      giving((secrets) => ({ ...secrets, recovery })),
      async () => {
        expect(await testPhrase(session, phrase)).toBe(false);
        const recovering = recover(at.evil.platform, { address, phrase, newPassword: "a new password" });
        expect(await refusalOf(recovering)).toEqual(notBelieved);
      },
    );
  });

  test(`${published.megaRsa}: one outcome, and the server hears the same each time`, async () => {
    const session = await at.started();
    const heard = new Set<string>();
    expect(await testPhrase(session, at.alice.recoveryPhrase)).toBe(true);
    const places = [0, 12, 23, 24, 40, 55, 56, 64, 80, 87, 88, 103];
    for (const place of places) {
      const before = at.evil.calls.length;
      const lie = giving((secrets) => ({ ...secrets, recovery: bent(secrets.recovery, place) }));
      expect(await at.evil.lying(lie, () => testPhrase(session, at.alice.recoveryPhrase))).toBe(false);
      heard.add(heardBy(at.evil.calls.slice(before)));
    }
    expect(heard.size).toBe(1);
  });

  test("the wrap of a phrase that was replaced", async () => {
    const session = await startedAgain(at.evil, carol);
    const phrase = await anotherPhrase(session);
    expect(await testPhrase(session, phrase)).toBe(true);
    const { recovery } = carols;
    await at.evil.lying(
      giving((secrets) => ({ ...secrets, recovery })),
      async () => {
        expect(await testPhrase(session, phrase)).toBe(false);
      },
    );
  });
});

/** All that a server hears of what a client does. */
function heardBy(calls: readonly Call[]): string {
  return calls.map(({ method, url, body }) => `${method} ${url.href} ${body?.length ?? 0}`).join("\n");
}

describe("the root secret, as the password opens it", () => {
  const exchanged: readonly [name: string, password: () => string | null][] = [
    [published.passwordsSwap, () => own.recovery],
    ["that of another account of the same server", () => carols.password],
    [published.hiddenNumber, () => bent(own.password, 90)],
  ];

  test.each(exchanged)("%s", async (_, other) => {
    const { address, password } = at.alice;
    await at.evil.lying(
      giving((secrets) => ({ ...secrets, password: other() })),
      async () => {
        expect(await refusalOf(login(at.evil.platform, { address, password }))).toEqual(notBelieved);
      },
    );
    expect((await login(at.evil.platform, { address, password })).address).toBe(address);
  });

  test("the wrap of a password that was changed", async () => {
    const session = await startedAgain(at.evil, carol);
    const next = "another password for carol";
    await changePassword(session, { current: carol.password, next });
    const input = { address: carol.address, password: next };
    await at.evil.lying(
      giving((secrets) => ({ ...secrets, password: carols.password })),
      async () => {
        expect(await refusalOf(login(at.evil.platform, input))).toEqual(notBelieved);
      },
    );
    // And who still knows the old one is let in by no server that keeps its word.
    const old = { address: carol.address, password: carol.password };
    expect(await refusalOf(login(at.evil.platform, old))).toMatchObject({ code: "unauthorized" });
  });
});

describe("the keys of epochs", () => {
  test(`${published.megaCutAndPaste}: each pair, also with the root's wraps`, async () => {
    const wraps = [
      ...own.epochs.map(({ wrapped }) => wrapped),
      own.password,
      own.recovery,
      carols.epochs[0]?.wrapped,
    ];
    let count = 0;
    for (const { keyId, wrapped } of own.epochs) {
      for (const other of wraps) {
        if (other === wrapped || typeof other !== "string") continue;
        const lie = giving(({ epochs, ...secrets }) => ({
          ...secrets,
          epochs: epochs.map((epoch) => (epoch.keyId === keyId ? { keyId, wrapped: other } : epoch)),
        }));
        expect(await at.evil.lying(lie, () => refusalOf(starts()))).toMatchObject({
          code: "keysNotBelieved",
        });
        count++;
      }
    }
    expect(count).toBe(15);
    await starts();
  });

  const spoilt: readonly [
    name: string,
    spoil: (epochs: AccountSecrets["epochs"]) => Promise<AccountSecrets["epochs"]>,
  ][] = [
    ["kept back", async (epochs) => epochs.slice(1)],
    [
      "with a bit changed",
      async (epochs) => epochs.map(({ keyId, wrapped }) => ({ keyId, wrapped: bent(wrapped, 70) })),
    ],
    [
      published.nextcloudInsertion,
      async (epochs) => {
        const { key } = await newEpoch(at.net.clock.now());
        const wrapped = toBase64Url(await wrapEpochKey(randomBytes(32), at.alice.address, key));
        return epochs.map(({ keyId }) => ({ keyId, wrapped }));
      },
    ],
  ];

  test.each(spoilt)("%s", async (_, spoil) => {
    const lie = giving(async (secrets) => ({ ...secrets, epochs: await spoil(secrets.epochs) }));
    expect(await at.evil.lying(lie, () => refusalOf(starts()))).toEqual({
      code: "keysNotBelieved",
      says: expect.stringContaining("keeps back a key"),
    });
  });

  test(`${published.koPublicKeys}: the public half beside a wrap`, async () => {
    const { epoch } = await newEpoch(at.net.clock.now());
    const lie = giving(({ statements, ...secrets }) => ({
      ...secrets,
      statements: statements.map((signed) => ({
        ...signed,
        statement: {
          ...signed.statement,
          epochs: signed.statement.epochs.map((one) => ({ ...one, publicKey: epoch.publicKey })),
        },
      })),
    }));
    expect(await at.evil.lying(lie, () => refusalOf(starts()))).toMatchObject({ code: "keysNotBelieved" });
  });

  test(`${published.nhekoPoisoning}: they are not the account's`, async () => {
    const wrapped = own.epochs[0]?.wrapped ?? "";
    const poison = [
      { keyId: "A".repeat(22), wrapped },
      ...carols.epochs,
      ...own.epochs.map((epoch) => ({ ...epoch, wrapped })),
    ];
    const lie = giving((secrets) => ({ ...secrets, epochs: [...poison, ...secrets.epochs] }));
    const keyring = await at.evil.lying(lie, async () => (await at.started()).keys.find());
    expect(new Set(keyring?.epochs.keys())).toEqual(new Set(own.epochs.map(({ keyId }) => keyId)));
  });
});

describe("what the account has said of its keys", () => {
  const histories: readonly [name: string, lie: () => Lie | Promise<Lie>, says: string][] = [
    [
      "the newest is kept back",
      () => giving((secrets) => ({ ...secrets, statements: secrets.statements.slice(0, -1) })),
      "The server shows older keys for",
    ],
    [
      published.seafileDowngrade,
      () => giving((secrets) => ({ ...secrets, statements: [], password: null, recovery: null, epochs: [] })),
      "The server shows older keys for",
    ],
    [
      "somebody else has spoken for the account",
      async () => {
        const { epoch } = await newEpoch(at.net.clock.now());
        const next = await nextIdentity(own.statements, await newIdentity(), epoch);
        const statement = { ...next.statement, epochs: [epoch] };
        const statements = [...own.statements, { ...next, statement }];
        return giving((secrets) => ({ ...secrets, statements }));
      },
      "somebody else is speaking for you",
    ],
    ["those of another account", () => giving(() => carols), "keys of another account"],
  ];

  test.each(histories)("%s: the device that knows better says so", async (_, makeLie, says) => {
    const lie = await makeLie();
    const refused = { code: "keysNotBelieved", says: expect.stringContaining(says) };
    expect(await at.evil.lying(lie, () => refusalOf(starts()))).toEqual(refused);
    await starts();
  });

  test.each(histories)("%s: nobody is signed in there anew", async (_, makeLie) => {
    const lie = await makeLie();
    const { address, password } = at.alice;
    const keeper = memoryKeeper(await at.alice.keeper.read());
    const signing = () => login(at.evil.platform, { address, password }, { keeper });
    expect(await at.evil.lying(lie, () => refusalOf(signing()))).toMatchObject({ code: "keysNotBelieved" });
  });

  test.each(histories.slice(2))("%s: nor on a device that knows nothing yet", async (_, makeLie) => {
    const lie = await makeLie();
    const signing = () => newDevice(at.evil.platform, at.alice);
    expect(await at.evil.lying(lie, () => refusalOf(signing()))).toMatchObject({ code: "keysNotBelieved" });
    expect((await signing()).address).toBe(at.alice.address);
  });
});
