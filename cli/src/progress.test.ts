import { Writable } from "node:stream";
import { expect, test } from "vitest";
import { showProgress } from "./progress.ts";

function screen(isTTY: boolean) {
  let shown = "";
  const errors = Object.assign(
    new Writable({
      write(chunk, _encoding, done) {
        shown += String(chunk);
        done();
      },
    }),
    { isTTY },
  );
  return { errors, shown: () => shown };
}

test("A long transfer draws one line over itself, ten times a second at most, and leaves nothing behind", () => {
  let now = 1_000;
  const terminal = screen(true);
  const { onProgress, end } = showProgress(terminal, "pl\x1ban.pdf", () => now);
  onProgress({ doneBytes: 0, totalBytes: 4096 });
  onProgress({ doneBytes: 1024, totalBytes: 4096 });
  now += 100;
  onProgress({ doneBytes: 2048, totalBytes: 4096 });
  end();
  expect(terminal.shown()).toBe(
    [
      "\r\x1b[Kpl<U+001B>an.pdf  0 %  0 bytes of 4 KiB",
      "\r\x1b[Kpl<U+001B>an.pdf  50 %  2 KiB of 4 KiB",
      "\r\x1b[K",
    ].join(""),
  );
});

test("Nothing is drawn where nobody watches", () => {
  const file = screen(false);
  const { onProgress, end } = showProgress(file, "plan.pdf");
  onProgress({ doneBytes: 1, totalBytes: 2 });
  end();
  expect(file.shown()).toBe("");
});
