import { afterEach, expect, test, vi } from "vitest";
import { makeServerSetup } from "./opaque-server.ts";

const library = "@serenity-kit/opaque";

afterEach(() => vi.doUnmock(library));

test("who signs in while the OPAQUE library cannot be loaded is refused, and the next one is not", async () => {
  vi.doMock(library, () => {
    throw new Error("EMFILE: too many open files");
  });
  await expect(makeServerSetup()).rejects.toThrow();
  vi.doUnmock(library);
  expect(await makeServerSetup()).toHaveLength(171);
});
