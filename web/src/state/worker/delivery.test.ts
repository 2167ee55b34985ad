import { expect, test } from "vitest";
import { worstMark } from "./delivery.ts";

test("of several copies the one that stands worst is the postmark", () => {
  expect(worstMark([])).toBeNull();
  expect(worstMark([{ mark: "delivered" }])).toBe("delivered");
  expect(worstMark([{ mark: "delivered" }, { mark: "queued" }])).toBe("queued");
  expect(worstMark([{ mark: "failed" }, { mark: "delivered" }, { mark: "queued" }])).toBe("failed");
});
