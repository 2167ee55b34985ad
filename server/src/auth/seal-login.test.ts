import { beforeAll, expect, test } from "vitest";
import { openRandom } from "../env/random.ts";
import { makeServerSetup } from "./opaque-server.ts";
import { type LoginRow, openLogin, sealLogin } from "./seal-login.ts";

const random = openRandom();
const row: LoginRow = {
  idHash: new Uint8Array(32).fill(1),
  accountName: "alice",
  way: "password",
  verifier: "the record of Alice's password",
};
const state = "what proves Alice's password";
let setup: string;

beforeAll(async () => {
  setup = await makeServerSetup();
});

const seal = () => sealLogin(random, setup, row, state);

test("a sealed login is opened with its own server's secret, in its own row, and shows nothing of what is in it", () => {
  const sealed = seal();
  expect(openLogin(setup, row, sealed)).toBe(state);
  expect(Buffer.from(sealed).toString("latin1")).not.toContain(state.slice(0, 4));
});

test("the same is never sealed alike twice, so nobody sees that it is the same", () => {
  const seals = new Set(Array.from({ length: 100 }, () => Buffer.from(seal()).toString("hex")));
  expect(seals.size).toBe(100);
  expect(new Set([...seals].map((hex) => hex.slice(0, 24))).size).toBe(100);
});

test("a sealed login is not opened by another server, nor in the row of another login or another account, nor by another way or once the password is another", async () => {
  const sealed = seal();
  expect(openLogin(await makeServerSetup(), row, sealed)).toBeUndefined();
  const rows: LoginRow[] = [
    { ...row, idHash: new Uint8Array(32) },
    { ...row, accountName: "bob" },
    { ...row, accountName: "alic" },
    { ...row, accountName: "" },
    { ...row, way: "recovery" },
    { ...row, verifier: "the record of another password" },
    { ...row, verifier: undefined },
  ];
  for (const other of rows) expect(openLogin(setup, other, sealed)).toBeUndefined();
});

test("a sealed login is not opened when any bit of it is another, or when it is cut short or longer", () => {
  const sealed = seal();
  for (let bit = 0; bit < sealed.length * 8; bit++) {
    const changed = Uint8Array.from(sealed);
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    expect(openLogin(setup, row, changed)).toBeUndefined();
  }
  for (let length = 0; length < sealed.length; length++) {
    expect(openLogin(setup, row, sealed.subarray(0, length))).toBeUndefined();
  }
  expect(openLogin(setup, row, Buffer.concat([sealed, new Uint8Array(1)]))).toBeUndefined();
});
