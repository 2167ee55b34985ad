import { limits, PersonNameSchema, shape } from "@posthorn/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fittingName } from "./own-name.ts";
import { nameKey, shownName } from "./shown-name.ts";

const address = "marta.keller@harbour.example";

describe("a name is shown", () => {
  it.each([
    ["Marta Keller", "Marta Keller"],
    ["  Marta \u00a0 Keller ", "Marta Keller"],
    ["Dr.Weber", "Dr.Weber"],
    ["J.R. Keller", "J.R. Keller"],
    ["佐藤 花子", "佐藤 花子"],
    ["محمد", "محمد"],
    ["👩‍🌾 Marta", "👩‍🌾 Marta"],
    ["Support of harbour.example", "Support of harbour.example"],
    ["Marta\u202eKeller", "Marta Keller"],
    ["Marta\u2028Keller", "Marta Keller"],
  ])("%j, as %j", (name, shown) => {
    expect(shownName(name, address)).toBe(shown);
  });

  it("of the host above the sender's", () => {
    expect(shownName("Booking.example", "no-reply@mail.booking.example:8443")).toBe("Booking.example");
  });
});

describe("a name is not shown", () => {
  it.each([
    [undefined],
    [null],
    [""],
    [" \u200b\u2060 "],
    ["\u3164"],
    ["\u2800"],
    ["..."],
    ["jonas@harbour.example"],
    [address],
    ["Jonas <jonas@a.example>"],
    ["jonas＠a.example"],
    ["jonas﹫a.example"],
    ["jonas\u200b@\u200ba.example"],
    ["bank.example"],
    ["BANK.EXAMPLE"],
    ["Help (bank.example)"],
    ["b\u200bank.example"],
    ["ｂａｎｋ.example"],
    ["https://bank.example/login"],
    ["arbour.example"],
  ])("%j", (name) => {
    expect(shownName(name, address)).toBeUndefined();
  });
});

describe("names are read as the same", () => {
  it.each([
    ["Marta Keller", "marta  keller"],
    ["Marta Keller", "Keller, Marta"],
    ["Marta Keller", "Márta Keller"],
    ["Marta Keller", "Mаrtа Kеller"],
    ["Marta Keller", "Marta KeIIer"],
    ["Marta Keller", "Marta Ke11er"],
    ["Marta Keller", "Mar\u200bta Keller"],
    ["Marta Keller", "Ｍａｒｔａ Keller"],
    ["Marta Keller", "“Marta Keller”"],
  ])("%s and %s", (one, other) => {
    expect(nameKey(other)).toBe(nameKey(one));
  });

  it.each([
    ["Marta Keller", "Marta Kellner"],
    ["Marta Keller", "Marta"],
    ["佐藤", "加藤"],
    ["👍", "👎"],
  ])("but not %s and %s", (one, other) => {
    expect(nameKey(other)).not.toBe(nameKey(one));
  });
});

it("what is sent as a name is always one that the wire takes", () => {
  const name = shape(PersonNameSchema);
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
      const fitting = fittingName(text);
      expect(fitting === undefined || name.matches(fitting)).toBe(true);
    }),
  );
  expect(fittingName(" Marta\u202e \n Keller ")).toBe("Marta Keller");
  expect(fittingName("🎺".repeat(150))).toBe("🎺".repeat(limits.fromName));
  expect(fittingName(" ")).toBeUndefined();
});
