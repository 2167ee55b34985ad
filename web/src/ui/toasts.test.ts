import { expect, test } from "vitest";
import { toasts } from "./toasts.ts";

const undo = { words: "Undo", command: "undo", run: () => undefined } as const;

test("what was just done is shown at once, with the way back", () => {
  const { show, now } = toasts();
  show({ words: "Archived", action: undo });
  show({ words: "Deleted", action: undo });
  expect(now()?.toast.words).toBe("Deleted");
});

test("what one does next is told at once", () => {
  const { show, next, now } = toasts();
  show({ words: "Archived", action: undo });
  show({ words: "Taken back" });
  expect(now()?.toast.words).toBe("Taken back");
  next();
  expect(now()).toBeUndefined();
});

test("what must be seen and was not yet is told afterwards", () => {
  const { show, next, now } = toasts();
  show({ words: "A letter was not sent", mustBeSeen: true });
  show({ words: "Another was not sent", mustBeSeen: true });
  show({ words: "Archived", action: undo });
  show({ words: "Deleted", action: undo });
  const seen: (string | undefined)[] = [];
  for (let turn = 0; turn < 4; turn++) {
    seen.push(now()?.toast.words);
    next();
  }
  expect(seen).toEqual(["Deleted", "A letter was not sent", "Another was not sent", undefined]);
});

test("what is told while something can be taken back waits for its turn", () => {
  const { show, next, now } = toasts();
  show({ words: "Sent", action: undo });
  show({ words: "Your server does not answer", mustBeSeen: true });
  expect(now()?.toast.words).toBe("Sent");
  next();
  expect(now()?.toast.words).toBe("Your server does not answer");
});

test("the same words are shown once for as long as they are asked for", () => {
  const { show, next, now } = toasts();
  show({ words: "Copied" });
  const first = now()?.number;
  show({ words: "Copied" });
  expect(now()?.number).not.toBe(first);
  next();
  expect(now()).toBeUndefined();
});

test("what is not known yet gives way to what comes of it, unless something else is shown by then", async () => {
  const { show, now } = toasts();
  const [known, late] = [Promise.withResolvers<{ words: string }>(), Promise.withResolvers<undefined>()];
  show({ words: "Looking up", action: undo, until: known.promise });
  known.resolve({ words: "Sending" });
  await known.promise;
  expect(now()?.toast.words).toBe("Sending");
  show({ words: "Looking up again", action: undo, until: late.promise });
  show({ words: "Archived", action: undo });
  late.resolve(undefined);
  await late.promise;
  expect(now()?.toast.words).toBe("Archived");
});

test("what is never known leaves nothing behind", async () => {
  const { show, now } = toasts();
  const handed = Promise.withResolvers<undefined>();
  show({ words: "Handing over", until: handed.promise });
  handed.reject(new Error("The worker is gone."));
  await expect.poll(now).toBeUndefined();
});
