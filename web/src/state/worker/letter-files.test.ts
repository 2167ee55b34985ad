import { expect, it } from "vitest";
import { type FileJob, type FilesOf, jobOfDraft, newJob, putInPlace, shownFile } from "./letter-files.ts";

const messageId = "019a0000-0000-7000-8000-000000000000";

function letterOf(files: FileJob[]): FilesOf {
  return { messageId, files, tell: () => undefined, keep: async () => true, settled: () => undefined };
}

/** A file that went up for a place of a message. */
function uploaded(filename: string, place: number, forMessage = messageId): FileJob {
  const job = newJob(
    { kind: "blob", blob: new Blob(["x"]) },
    { filename, mimeType: "text/plain", sizeBytes: 1 },
  );
  const hash = "0".repeat(64);
  job.sealed = {
    attachment: { hash, size: 1 },
    file: { hash, size: 1, key: "k".repeat(43) },
    messageId: forMessage,
    place,
  };
  return job;
}

function states(letter: FilesOf): string[] {
  return letter.files.map(({ filename, place, state }) => `${filename} ${place} ${state}`);
}

it("lets files stay that went up for this message and their place", () => {
  const letter = letterOf([uploaded("a", 0), uploaded("b", 1)]);
  putInPlace(letter);
  expect(states(letter)).toEqual(["a 0 done", "b 1 done"]);
});

it("seals a file anew that takes the place of another, or goes with another message", () => {
  const letter = letterOf([uploaded("c", 2), uploaded("b", 1), uploaded("d", 2, "another")]);
  putInPlace(letter);
  expect(states(letter)).toEqual(["c 0 waiting", "b 1 done", "d 2 waiting"]);
});

it("stops what is on its way to a place that it does not have any more, and leaves what cannot go up as it is", () => {
  const moving = newJob(
    { kind: "blob", blob: new Blob(["x"]) },
    { filename: "a", mimeType: "text/plain", sizeBytes: 1 },
  );
  moving.state = "uploading";
  moving.place = 1;
  moving.stop = new AbortController();
  const staying = newJob(
    { kind: "blob", blob: new Blob(["x"]) },
    { filename: "c", mimeType: "text/plain", sizeBytes: 1 },
  );
  staying.state = "uploading";
  staying.place = 2;
  staying.stop = new AbortController();
  const failed = newJob({ kind: "lost" }, { filename: "b", mimeType: "", sizeBytes: 1 });
  failed.state = "failed";
  const letter = letterOf([moving, failed, staying]);
  putInPlace(letter);
  expect(moving.stop?.signal.aborted).toBe(true);
  expect(staying.stop?.signal.aborted).toBe(false);
  expect(states(letter)).toEqual(["a 0 waiting", "b 1 failed", "c 2 uploading"]);
});

it("says of a file that goes up how long that takes, once that can be said", () => {
  const job = newJob(
    { kind: "blob", blob: new Blob(["x"]) },
    { filename: "a", mimeType: "", sizeBytes: 100 },
  );
  job.state = "uploading";
  job.doneBytes = 40;
  expect(shownFile(job)).toMatchObject({ done: 0.4, leftS: null, isAtRisk: true });
  job.bytesPerS = 25;
  job.isKept = true;
  expect(shownFile(job)).toMatchObject({ done: 0.4, leftS: 3, isAtRisk: false });
  job.state = "paused";
  expect(shownFile(job).leftS).toBeNull();
});

it("waits for another device that has a file, and lets one be paused that its owner has paused", () => {
  const film = { messageId, place: 0, filename: "film", mimeType: "", sizeBytes: 1, keptAs: "there" };
  expect(jobOfDraft(film)).toMatchObject({ state: "failed", fault: { code: "file.elsewhere" } });
  const paused = letterOf([jobOfDraft(film, { sizeBytes: 1, isPaused: true })]);
  putInPlace(paused);
  expect(states(paused)).toEqual(["film 0 paused"]);
});
