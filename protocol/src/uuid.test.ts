import { Buffer } from "node:buffer";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { shape } from "./shape.ts";
import { UuidSchema, uuidV7 } from "./uuid.ts";

const uuidShape = shape(UuidSchema);
const ms = fc.integer({ min: 0, max: 2 ** 48 - 1 });
const random = fc.uint8Array({ minLength: 16, maxLength: 16 });

describe("a UUIDv7", () => {
  test("of RFC 9562 appendix A.6 is made of the RFC's time and bits", () => {
    const bits = Uint8Array.from(Buffer.from("0000000000000cc398c4dc0c0c07398f", "hex"));
    expect(uuidV7(0x017f22e279b0, bits)).toBe("017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
  });

  test("is one by the schema, and its first 48 bits are the time", () => {
    fc.assert(
      fc.property(ms, random, (ms, random) => {
        const uuid = uuidV7(ms, random);
        expect(uuidShape.matches(uuid)).toBe(true);
        expect(Number.parseInt(uuid.slice(0, 13).replace("-", ""), 16)).toBe(ms);
      }),
    );
  });

  test("of a later millisecond sorts behind one of an earlier, as text", () => {
    fc.assert(
      fc.property(ms, ms, random, random, (a, b, randomA, randomB) => {
        fc.pre(a < b);
        expect(uuidV7(a, randomA) < uuidV7(b, randomB)).toBe(true);
      }),
    );
  });

  test("keeps the 74 bits of chance that the version and the variant leave", () => {
    fc.assert(
      fc.property(random, (random) => {
        const hex = Array.from(random.subarray(6), (byte) => byte.toString(16).padStart(2, "0")).join("");
        const uuid = uuidV7(0, random).replaceAll("-", "").slice(12);
        expect(uuid.slice(1, 4)).toBe(hex.slice(1, 4));
        expect(Number.parseInt(uuid.slice(4, 5), 16) & 3).toBe(Number.parseInt(hex.slice(4, 5), 16) & 3);
        expect(uuid.slice(5)).toBe(hex.slice(5));
      }),
    );
  });

  test("made of a Buffer neither writes into it nor into the memory it shares with others", () => {
    const pool = Buffer.alloc(64, 0xaa);
    const random = pool.subarray(32, 48);
    expect(uuidV7(1, random)).toBe("00000000-0001-7aaa-aaaa-aaaaaaaaaaaa");
    expect(pool.equals(Buffer.alloc(64, 0xaa))).toBe(true);
  });

  test("cannot be made of a time or of bytes that do not fit", () => {
    const random = new Uint8Array(16);
    for (const ms of [-1, 2 ** 48, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => uuidV7(ms, random)).toThrow(RangeError);
    }
    expect(() => uuidV7(0, new Uint8Array(15))).toThrow(RangeError);
    expect(() => uuidV7(0, new Uint8Array(17))).toThrow(RangeError);
  });
});
