/** Last line of a test run, in words that do not depend on the runner: `12 passed, 0 failed`. */
export default class ClosingLine {
  onTestRunEnd(testModules, unhandledErrors) {
    let passed = 0;
    let failed = unhandledErrors.length;
    let skipped = 0;
    for (const testModule of testModules) {
      let failedHere = 0;
      for (const test of testModule.children.allTests()) {
        const { state } = test.result();
        if (state === "passed") passed++;
        else if (state === "failed") failedHere++;
        else skipped++;
      }
      // What could not be loaded, or failed in a hook before its tests, has no test that failed.
      failed += Math.max(failedHere, testModule.ok() ? 0 : 1);
    }
    console.log(`${passed} passed, ${failed} failed${skipped === 0 ? "" : `, ${skipped} skipped`}`);
  }
}
