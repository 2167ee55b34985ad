import { connect } from "node:net";
import { expect, test } from "vitest";
import { asExchangeError, reasonOf } from "./egress-error.ts";

test("What a delivery waits for is said in words, not in the platform's codes", async () => {
  const refused = await new Promise<unknown>((resolve) => connect(1, "127.0.0.1").once("error", resolve));
  expect(reasonOf(refused)).toBe("nothing takes connections there");
  expect(reasonOf(Object.assign(new Error("queryA ENOTFOUND"), { code: "ENOTFOUND" }))).toBe(
    "there is no such name",
  );
  const reset = Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });
  expect(asExchangeError(reset)).toMatchObject({
    failure: "cut",
    message: "the connection broke off: the other end hung up",
  });
});

test("A code without words of its own, and an error without a code, are shown as they are", () => {
  expect(reasonOf(Object.assign(new Error("odd"), { code: "EODD" }))).toBe("EODD");
  expect(reasonOf(new Error("odd"))).toBe("odd");
  expect(reasonOf("odd")).toBe("odd");
});
