import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AddressSchema, AddressTextSchema, formatAddress, parseAddress, sameAddress } from "./address.ts";
import { isHost } from "./host.ts";
import { ProblemError } from "./problem.ts";
import { shape } from "./shape.ts";

const letters = [..."abcdefghijklmnopqrstuvwxyz0123456789"];
const inside = [...letters, ..."._-"];
const text = (units: readonly string[], minLength: number, maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...units), minLength, maxLength });

const name = fc.oneof(
  text(letters, 1, 1),
  fc.tuple(text(letters, 1, 1), text(inside, 0, 62), text(letters, 1, 1)).map((parts) => parts.join("")),
);
const tag = fc.option(
  text(inside, 1, 64).map((tag) => `+${tag}`),
  { nil: "" },
);
const id = fc.tuple(name, tag).map(([name, tag]) => name + tag);
const host = fc.domain().filter(isHost);
const address = fc.record({ id, host });
const written = address.chain(({ id, host }) =>
  fc.mixedCase(fc.constant(`${id}@${host}`)).map((text) => ({ id, host, text })),
);

const addressShape = shape(AddressSchema);
const addressTextShape = shape(AddressTextSchema);

describe("an address", () => {
  test("printed and read again is the same address", () => {
    fc.assert(
      fc.property(address, (it) => {
        expect(parseAddress(formatAddress(it))).toEqual(it);
      }),
    );
  });

  test("in upper or lower case, or both, is one address with one printed form", () => {
    fc.assert(
      fc.property(written, ({ id, host, text }) => {
        expect(parseAddress(text)).toEqual({ id, host });
        const asWritten = { id: text.slice(0, text.indexOf("@")), host };
        expect(formatAddress(asWritten)).toBe(`${id}@${host}`);
        expect(sameAddress(asWritten, { id, host })).toBe(true);
      }),
    );
  });

  test("is the same as another exactly when both print alike", () => {
    fc.assert(
      fc.property(address, address, (a, b) => {
        expect(sameAddress(a, b)).toBe(formatAddress(a) === formatAddress(b));
      }),
    );
  });

  test("that can be read fits the schemas of the wire", () => {
    fc.assert(
      fc.property(address, (it) => {
        expect(addressShape.matches(it)).toBe(true);
        expect(addressTextShape.matches(formatAddress(it))).toBe(true);
      }),
    );
  });

  test("is the only thing that any text can be read as; anything else is a badAddress with a hint", () => {
    const units = [...inside, ...'ABK@@@+++::[]%/ \n\0"<>', "\u212a", "\u0131", "о", "\u200b", "\ud800"];
    const mean = fc.oneof(fc.string({ unit: "binary" }), text(units, 0, 40), text(inside, 200, 400));
    fc.assert(
      fc.property(
        fc.oneof(
          mean,
          fc.tuple(mean, mean).map((parts) => parts.join("@")),
        ),
        (text) => {
          let read: ReturnType<typeof parseAddress>;
          try {
            read = parseAddress(text);
          } catch (error) {
            if (!(error instanceof ProblemError)) throw error;
            expect(error.problem.code).toBe("badAddress");
            expect(error.message).toContain("Write it like bob@example.com.");
            return;
          }
          expect(addressShape.matches(read)).toBe(true);
          expect(formatAddress(read)).toBe(text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase()));
        },
      ),
    );
  });

  test("that is refused is shown no longer than a line", () => {
    expect(() => parseAddress("x".repeat(100_000))).toThrow(/^.{0,200}$/);
  });
});
