import { checkMessage } from "@posthorn/protocol";
import { beforeEach, describe, expect, it } from "vitest";
import type { LocalStore } from "../local/local-store.ts";
import { memoryPlace } from "../local/memory-place.ts";
import type { Opened } from "../open.ts";
import { senderNames } from "../sync/mail-context.ts";
import { newNames, readSenderNames, writeNames } from "./sender-names.ts";

let store: LocalStore;
beforeEach(async () => {
  store = await memoryPlace().open({ version: 1, tables: [senderNames] });
});

interface Letter {
  from: string;
  fromName?: string;
  sender?: (Opened & { kind: "sealed" })["sender"];
}

function opened({ from, fromName, sender }: Letter): Opened {
  const [id = "", host = ""] = from.split("@");
  const message = checkMessage({
    id: "0192f0c1-7b3a-7000-8000-000000000001",
    from: { id, host },
    ...(fromName === undefined ? {} : { fromName }),
    to: [{ id: "bob", host: "b.test" }],
    date: "2026-11-24T00:00:00Z",
  });
  const known = { kind: "known", isCompared: false, news: undefined, doubt: undefined } as const;
  return { kind: "sealed", message, files: [], follows: undefined, sender: sender ?? known };
}

/** As messages are opened on a device, by their ids. */
async function open(letters: Readonly<Record<string, Letter | Opened>>): Promise<void> {
  const texts = Object.entries(letters).map(
    ([id, letter]) => [id, "kind" in letter ? letter : opened(letter)] as const,
  );
  const names = await newNames({ store, key: undefined }, texts);
  expect(await store.write([senderNames], (writer) => writeNames(writer, names))).toBe(true);
}

const names = () => readSenderNames({ store, key: undefined });
const marta = "marta@a.test";

describe("a sender is called", () => {
  it("as they call themselves, whatever tag they write with", async () => {
    await open({ m1: { from: marta, fromName: "Marta Keller" } });
    expect((await names()).find(marta)).toBe("Marta Keller");
    expect((await names()).find("marta+shop@a.test")).toBe("Marta Keller");
    expect((await names()).find("jonas@a.test")).toBeUndefined();
  });

  it("as in what came last, in whatever order it is opened", async () => {
    await open({ m3: { from: marta, fromName: "Marta Keller" } });
    await open({ m7: { from: marta, fromName: "Marta Weber" } });
    await open({ m5: { from: marta, fromName: "Marta K." } });
    await open({ m9: { from: marta } });
    expect((await names()).find(marta)).toBe("Marta Weber");
    await open({ m10: { from: marta, fromName: "Marta Lund" }, m2: { from: marta, fromName: "M. K." } });
    expect((await names()).find(marta)).toBe("Marta Lund");
  });

  it("nothing of what in a message is in doubt, or is no name", async () => {
    await open({
      m1: { from: marta, fromName: "Marta Keller", sender: { kind: "changed", why: "reset" } },
      m2: {
        ...opened({ from: marta, fromName: "Marta Keller" }),
        kind: "open",
        sealedHere: true,
        unexpected: true,
      },
      m3: { from: "jonas@a.test", fromName: "marta@a.test" },
    });
    expect((await names()).find(marta)).toBeUndefined();
    expect((await names()).find("jonas@a.test")).toBeUndefined();
  });

  it("as in mail that was brought in, until they write", async () => {
    const imported = { kind: "open", sealedHere: true, unexpected: false, imported: true } as const;
    await open({ m8: { from: marta, fromName: "Marta Keller" } });
    await open({ m9: { ...opened({ from: marta, fromName: "Marta at school" }), ...imported } });
    await open({ m11: { ...opened({ from: "old@a.test", fromName: "Old Friend" }), ...imported } });
    expect((await names()).find(marta)).toBe("Marta Keller");
    expect((await names()).find("old@a.test")).toBe("Old Friend");
  });
});

it("two of one name are told, and two addresses of one person are not", async () => {
  await open({
    m1: { from: marta, fromName: "Marta Keller" },
    m2: { from: "marta+shop@a.test", fromName: "Marta Keller" },
  });
  expect((await names()).isShared("Marta Keller", marta)).toBe(false);
  expect((await names()).isShared("marta keIIer", "eve@b.test")).toBe(true);
  await open({ m3: { from: "eve@b.test", fromName: "Mаrta Keller" } });
  expect((await names()).isShared("Marta Keller", marta)).toBe(true);
});

it("what two tabs learn at the same time is known of both, and where neither has learned anything nothing is written", async () => {
  const mail = { store, key: undefined };
  // More than there are drawers, so that some are in the same.
  const learn = (tab: string) =>
    newNames(
      mail,
      Array.from({ length: 40 }, (_, at) => {
        const letter = { from: `${tab}${at}@a.test`, fromName: `${tab} number ${at}` };
        return [`m${at}`, opened(letter)] as const;
      }),
    );
  const [mine, theirs] = [await learn("mine"), await learn("theirs")];
  const write = (news: typeof mine) => store.write([senderNames], (writer) => writeNames(writer, news));
  expect(await write(theirs)).toBe(true);
  expect(await write(mine)).toBe(false);
  expect((await names()).find("mine0@a.test")).toBeUndefined();
  expect(await write(await learn("mine"))).toBe(true);
  const known = await names();
  for (let at = 0; at < 40; at++) {
    expect(known.find(`mine${at}@a.test`)).toBe(`mine number ${at}`);
    expect(known.find(`theirs${at}@a.test`)).toBe(`theirs number ${at}`);
  }
  expect((await learn("mine")).size).toBe(0);
});

it("the names of ten years are opened with a few openings", async () => {
  const texts = Array.from({ length: 3_000 }, (_, at) => {
    const letter = { from: `somebody${at}@a.test`, fromName: `Somebody ${at}` };
    return [`m${at}`, opened(letter)] as const;
  });
  const news = await newNames({ store, key: undefined }, texts);
  await store.write([senderNames], (writer) => writeNames(writer, news));
  expect(await store.count(senderNames)).toBeLessThan(50);
  expect((await names()).find("somebody2999@a.test")).toBe("Somebody 2999");
});
