import { expect, it } from "vitest";
import { localeOf } from "./locale-of.ts";

it("finds where somebody lives among the locales of the browser", () => {
  expect(localeOf("en", ["de-AT", "en-GB", "en-US"])).toBe("en-GB");
  expect(localeOf("de", ["en-GB"])).toBe("de");
});

it("takes no locale that dates cannot be written in", () => {
  expect(localeOf("en", ["en-US@posix"])).toBe("en-US");
  expect(localeOf("en", ["en-", "en-?", "", "en-NZ"])).toBe("en-NZ");
  expect(new Intl.DateTimeFormat(localeOf("en", ["en-US@posix"])).format(0)).toMatch(/19/);
});
