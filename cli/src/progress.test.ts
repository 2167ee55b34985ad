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

test("A long transfer draws one line over itself with the time that is left, ten times a second at most, and leaves nothing", () => {
  let now = 1_000;
  const terminal = screen(true);
  const { onHashed, onProgress, end } = showProgress(terminal, "pl\x1ban.pdf", () => now);
  onHashed({ doneBytes: 4096, totalBytes: 4096, bytesPerS: undefined });
  now += 100;
  onProgress({ doneBytes: 0, totalBytes: 4096, bytesPerS: undefined });
  onProgress({ doneBytes: 1024, totalBytes: 4096, bytesPerS: 10 });
  now += 100;
  onProgress({ doneBytes: 2048, totalBytes: 4096, bytesPerS: 10 });
  now += 100;
  onProgress({ doneBytes: 4096, totalBytes: 4096, bytesPerS: 10 });
  end();
  expect(terminal.shown()).toBe(
    [
      "\r\x1b[Kpl<U+001B>an.pdf is read  100 %  4 KiB of 4 KiB",
      "\r\x1b[Kpl<U+001B>an.pdf  0 %  0 bytes of 4 KiB",
      "\r\x1b[Kpl<U+001B>an.pdf  50 %  2 KiB of 4 KiB  3 min left",
      "\r\x1b[Kpl<U+001B>an.pdf  100 %  4 KiB of 4 KiB",
      "\r\x1b[K",
    ].join(""),
  );
});

test("Nothing is drawn where nobody watches", () => {
  const file = screen(false);
  const { onProgress, end } = showProgress(file, "plan.pdf");
  onProgress({ doneBytes: 1, totalBytes: 2, bytesPerS: 1 });
  end();
  expect(file.shown()).toBe("");
});
