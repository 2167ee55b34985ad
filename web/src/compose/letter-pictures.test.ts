import { expect, test } from "vitest";
import type { LetterFile } from "../state/worker/letter-files.ts";
import { makeLetterPictures } from "./letter-pictures.ts";

function letter() {
  const asked: string[] = [];
  const pictures = makeLetterPictures({
    read: async () => new Blob([]),
    add: (files) => asked.push(...files.map(({ name }) => `add ${name}`)),
    remove: (key) => asked.push(`remove ${key}`),
  });
  return { asked, pictures };
}

function attached(key: number, filename: string, mimeType = "image/png"): LetterFile {
  return {
    key,
    filename,
    mimeType,
    sizeBytes: 1,
    state: "done",
    done: 1,
    leftS: null,
    isAtRisk: false,
    fault: null,
  };
}

const picture = (name: string) => new File(["x"], name, { type: "image/png" });

test("a picture that is taken out before its file is seen takes that along", () => {
  const { asked, pictures } = letter();
  pictures.follow([]);
  expect(pictures.add([picture("sea.png")])).toEqual(["sea.png"]);
  pictures.stand(new Set(["sea.png"]));
  pictures.stand(new Set());
  pictures.follow([attached(1, "sea.png")]);
  expect(asked).toEqual(["add sea.png", "remove 1"]);
});

test("a picture of a draft that is taken out before its files are known takes its file along", () => {
  const { asked, pictures } = letter();
  pictures.stand(new Set(["sea.png", "nothing.png"]));
  pictures.stand(new Set());
  pictures.follow([attached(1, "sea.png"), attached(2, "hill.png")]);
  expect(asked).toEqual(["remove 1"]);
  // What was named in the text and never was a file is none of its pictures.
  pictures.add([picture("nothing.png")]);
  pictures.follow([attached(2, "hill.png"), attached(3, "nothing.png")]);
  expect(asked).toEqual(["remove 1", "add nothing.png"]);
});

test("a picture that comes back while its file is on its way out comes back with its file", () => {
  const { asked, pictures } = letter();
  pictures.follow([]);
  pictures.add([picture("sea.png")]);
  pictures.stand(new Set(["sea.png"]));
  pictures.follow([attached(1, "sea.png")]);
  pictures.stand(new Set());
  pictures.stand(new Set(["sea.png"]));
  pictures.follow([]);
  expect(asked).toEqual(["add sea.png", "remove 1", "add sea.png"]);
});

test("a file that is let go stays when its picture goes", () => {
  const { asked, pictures } = letter();
  pictures.follow([attached(1, "sea.png")]);
  pictures.stand(new Set(["sea.png"]));
  pictures.release("sea.png");
  pictures.stand(new Set());
  pictures.follow([attached(1, "sea.png")]);
  expect(asked).toEqual([]);
});
