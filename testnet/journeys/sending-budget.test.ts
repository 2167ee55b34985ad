/** An account writes to so many recipients at once and no more (§80.4); to hand the same message over again is free. */
import { compose, type Session, send } from "@posthorn/client";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startTestnet, type Testnet } from "../src/testnet.ts";

let net: Testnet;
let alice: Session;

beforeEach(async () => {
  net = await startTestnet({ names: ["alpha"], wire: "memory" });
  alice = await net.session(await net.node("alpha").addAccount("alice"));
});

afterEach(() => net.close());

const to = Array.from({ length: 500 }, (_, number) => `x${number}@gone.test`);
const write = () => compose(net.platform, { from: alice.address, to, subject: "To many", body: "" });

test("a client that has lost the answers asks as often as it likes, and pays once", async () => {
  const first = write();
  for (let time = 0; time < 10; time++) expect((await send(alice, first)).id).toBe(first.id);
  // The budget of three thousand may be overdrawn by the one message that empties it.
  for (let number = 2; number <= 7; number++) await send(alice, write());
  const tooMany = write();
  await expect(send(alice, tooMany)).rejects.toMatchObject({
    problem: { code: "rateLimited", retryAfterS: expect.any(Number) },
  });
  await net.advance(60_000);
  expect((await send(alice, tooMany)).id).toBe(tooMany.id);
});
