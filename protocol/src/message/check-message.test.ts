import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { limits } from "../limits.ts";
import { ProblemError } from "../problem.ts";
import { goodMessages, pathsIn, pointerOf, valueAt, withAt } from "../test-messages.ts";
import { checkMessage, readMessage } from "./check-message.ts";
import { isType, messageForms, messageTypes, sealOf, typeOf } from "./message.ts";

const examples = goodMessages();
const sealMarks = ["seal", "encryptedBody", "encryptionAlgorithm"];

/** Pointer and sentence of a refusal; undefined when `value` is accepted. */
function refusal(value: unknown): { pointer: string | undefined; detail: string } | undefined {
  try {
    checkMessage(value);
    return undefined;
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    expect(error.problem.code).toBe("invalidMessage");
    return { pointer: error.problem.pointer, detail: error.message };
  }
}

function example(name: string): object {
  const found = examples.find((example) => example.name === name);
  if (found === undefined) throw new Error(`no example ${name}`);
  return found.message;
}

describe("a good message", () => {
  test.each(examples)("is given back itself: $name", ({ message }) => {
    expect(checkMessage(message)).toBe(message);
  });

  test("has an example of every type, in the open and, where it has content, sealed", () => {
    const forms = examples.map(({ message }) => {
      const read = checkMessage(message);
      return `${typeOf(read)} ${sealOf(read) === undefined ? "plain" : "sealed"}`;
    });
    const wanted = messageTypes.flatMap((type) => {
      const isSealable = type !== "recall" && type !== "receipt";
      return [`${type} plain`, ...(isSealable ? [`${type} sealed`] : [])];
    });
    expect(forms).toEqual(expect.arrayContaining([...wanted, "postcard plain", "postcard sealed"]));
  });

  test("without a type is an email, and one with a type of every object's is an unknown one", () => {
    const email = checkMessage(example("email: the least"));
    expect(isType(email, "email")).toBe(true);
    const odd = checkMessage(withAt(email, ["type"], "constructor"));
    expect(messageTypes.some((type) => Object.hasOwn(messageForms, type) && typeOf(odd) === type)).toBe(
      false,
    );
  });
});

describe("a field of the wrong type is named by its pointer", () => {
  /** Fields that no schema knows may be anything. */
  const free = ["/importance", "/to/0/name", "/attachments/0/width", "/picture", "/attachments"];
  test.each(examples)("$name", ({ name, message }) => {
    for (const path of pathsIn(message)) {
      const pointer = pointerOf(path);
      if (
        free.some((each) => pointer.startsWith(each)) &&
        /later version|unknown type|like any other/.test(name)
      )
        continue;
      const old = valueAt(message, path);
      const isOpen = typeof old === "object" && old !== null;
      const found = refusal(withAt(message, path, isOpen ? 7.5 : { odd: true }));
      expect({ pointer, found: found?.pointer }).toEqual({ pointer, found: pointer });
      expect(found?.detail).toContain(path.at(-1)?.replace(/^[0-9]+$/, ""));
    }
  });
});

describe("a field that is left out", () => {
  /** Where a message may say the same in two fields, the usual one of them is asked for. */
  const askedFor: Readonly<Record<string, string>> = {
    "/cc": "/to",
    "/attachments": "/text",
    "/subject": "/body",
  };
  test.each(examples)("is named when it was needed: $name", ({ message }) => {
    for (const path of pathsIn(message)) {
      const isEntry = Array.isArray(valueAt(message, path.slice(0, -1)));
      if (isEntry || path[0] === "type") continue;
      const found = refusal(withAt(message, path, undefined));
      const pointer = pointerOf(path);
      if (found !== undefined) expect([pointer, askedFor[pointer]]).toContain(found.pointer);
    }
  });
});

describe("a message is sealed whole or not at all", () => {
  const sealedOnes = examples.filter(({ name }) => / sealed$/.test(name));

  test.each(sealedOnes)("$name: half sealed is refused for what is missing", ({ message }) => {
    for (const left of sealMarks) {
      const found = refusal(withAt(message, [left], undefined));
      expect(found).toEqual({ pointer: `/${left}`, detail: `“${left}” is missing.` });
      const alone = sealMarks
        .filter((mark) => mark !== left)
        .reduce<unknown>((all, mark) => withAt(all, [mark], undefined), message);
      expect(sealMarks.map((mark) => `/${mark}`)).toContain(refusal(alone)?.pointer);
    }
  });

  test.each(sealedOnes)("$name: content beside the seal is refused where it stands", ({ message }) => {
    const type = typeOf(checkMessage(message));
    const plain =
      examples.find(({ name }) => name === `${type}: everything`) ??
      examples.find(({ name }) => name === `${type}: the least`);
    const open = Object.entries(plain?.message ?? {}).filter(
      ([name]) => !Object.hasOwn(message, name) && !/^(cc|from|inReplyTo|thread|attachments)$/.test(name),
    );
    for (const [name, value] of open) {
      const found = refusal({ ...message, [name]: value });
      expect(found).toEqual({
        pointer: `/${name}`,
        detail: `“${name}” must be left out or null, because the message is sealed.`,
      });
      expect(refusal({ ...message, [name]: null })).toBeUndefined();
    }
  });

  test.each(["recall", "receipt"])("a %s has no content, so none of the marks of a seal is taken", (type) => {
    const found = examples.find(({ name }) => name === `${type}: the least`);
    for (const mark of sealMarks) {
      expect(refusal({ ...found?.message, [mark]: null })).toEqual({
        pointer: `/${mark}`,
        detail: `A ${type} has no content, so it cannot be sealed.`,
      });
    }
  });
});

describe("whatever comes", () => {
  const message = fc.constantFrom(...examples.map((example) => example.message));
  const changed = message.chain((message) =>
    fc
      .tuple(fc.constantFrom(...pathsIn(message)), fc.jsonValue())
      .map(([path, value]) => withAt(message, path, value)),
  );

  test("is accepted or refused as invalidMessage with a pointer, and nothing else is thrown", () => {
    fc.assert(
      fc.property(fc.oneof(changed, fc.jsonValue(), fc.anything()), (value) => {
        const found = refusal(value);
        if (found !== undefined) expect(found.pointer).toMatch(/^$|^\//);
      }),
      { numRuns: 2000 },
    );
  });

  test("of 256 KiB is read, of one byte more is refused unread", () => {
    const text = JSON.stringify(example("email: the usual form"));
    const bytes = (length: number) => new TextEncoder().encode(text.padEnd(length));
    expect(typeOf(readMessage(bytes(limits.messageBytes)))).toBe("email");
    expect(() => readMessage(bytes(limits.messageBytes + 1))).toThrow(
      "The body has 262145 bytes; at most 262144 are taken.",
    );
  });

  test("is not changed by being looked at", () => {
    for (const { message } of examples) {
      const before = JSON.stringify(message);
      checkMessage(message);
      expect(JSON.stringify(message)).toBe(before);
    }
  });
});
