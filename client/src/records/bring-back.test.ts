/** What is believed of a contact when a pin of before a reset meets one of after it. */
import { expect, it } from "vitest";
import type { Pin } from "../keys/pins.ts";
import { pinsTogether } from "./bring-back.ts";

const at = "2026-03-01T09:00:00Z";

function pinAt(seq: number, identityKey: string, rest: Partial<Pick<Pin, "compared" | "untold">> = {}): Pin {
  const statement: Pin["newest"]["statement"] = {
    address: "bob@beta.test",
    seq,
    prev: "",
    identityKey,
    epochs: [],
    policy: "sealed",
    vaultHead: "",
    validFrom: at,
    reason: "first",
  };
  return {
    address: "bob@beta.test",
    pin: { seq, hash: `h${seq}`, identityKey, policy: "sealed" },
    newest: { statement, signature: "s", previousSignature: "" },
    compared: null,
    ...rest,
  };
}

const compared = (identityKey: string) => ({ compared: { identityKey, at } });

it("keeps the longer chain, and what was compared", () => {
  const old = pinAt(3, "a", compared("a"));
  expect(pinsTogether(old, pinAt(1, "a"))).toEqual(old);
  expect(pinsTogether(old, pinAt(4, "a"))).toEqual(pinAt(4, "a", compared("a")));
  expect(pinsTogether(pinAt(3, "a"), pinAt(4, "a", compared("a")))).toEqual(pinAt(4, "a", compared("a")));
});

it("tells that the identity is another, compared or not", () => {
  expect(pinsTogether(pinAt(3, "a"), pinAt(4, "b"))).toMatchObject({ untold: "newKey", compared: null });
  expect(pinsTogether(pinAt(3, "a", compared("a")), pinAt(4, "b"))).toEqual(
    pinAt(4, "b", { ...compared("a"), untold: "newKey" }),
  );
  expect(pinsTogether(pinAt(3, "a"), pinAt(4, "b", { untold: "reset" }))).toMatchObject({ untold: "reset" });
});
