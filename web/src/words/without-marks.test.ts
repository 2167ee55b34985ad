import { expect, it } from "vitest";
import { withoutMarks } from "./without-marks.ts";

it.each([
  ["enough for **forty plants**:", "enough for forty plants:"],
  ["ten *early* ones, _late_ ones and ~~none~~", "ten early ones, late ones and none"],
  ["***both***", "both"],
  ["# Minutes\n\nAll were there.", "Minutes\n\nAll were there."],
  ["- bread\n- [ ] butter", "· bread\n· butter"],
  ["1. Soften **two onions**", "1. Soften two onions"],
  ["Run `npm test` twice", "Run npm test twice"],
  ["```\ncode\n```", "code"],
  ["one\n\n---\n\ntwo", "one\n\n\ntwo"],
  ["[the plan](https://example.com/a) and ![a pear](pear.png)", "the plan and a pear"],
  ["see <https://example.com/a>", "see https://example.com/a"],
  ["2 * 3 * 4 and snake_case_name", "2 * 3 * 4 and snake_case_name"],
  ["\\*not\\* a mark", "*not* a mark"],
  ["> what you *said*\nYes", "> what you said\nYes"],
])("%j says %j", (text, words) => {
  expect(withoutMarks(text)).toBe(words);
});

it("takes no time over what was made to take long", () => {
  for (const part of ["**a ", "[a", "`a", "_a ", "![](", "* "]) {
    const startedMs = performance.now();
    withoutMarks(part.repeat(1_000));
    expect(performance.now() - startedMs).toBeLessThan(1_000);
  }
});
