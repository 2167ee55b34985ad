/** A message that cannot be handled fails alone (CVE-2025-30355, threats D2); a disk that fails is not taken for one. */
import { fail, ProblemError, problem } from "@posthorn/protocol";
import { describe, expect, it } from "vitest";
import { hashOf, letter, messagesOf, takeAll, wantsFirst } from "../deliver/trial-peer.ts";
import type { OutboundRequest } from "../env/env.ts";
import { eachStore, onSqlite } from "../store/each-store.ts";
import { listBackoffs } from "../store/host-backoff-store.ts";
import type { Store } from "../store/sql.ts";
import { isPoison } from "./poison.ts";
import { openTrialQueue, stop, until } from "./trial-queue.ts";

const holds = (request: OutboundRequest, number: number) =>
  messagesOf(request).some(({ id }) => id === letter(number).messageId);

async function openWith(store: Store, onPoison: () => never) {
  const queue = await openTrialQueue(store);
  const peer = await queue.wire.join("b.test", (request, asked) =>
    holds(request, 13) ? onPoison() : takeAll(request, asked),
  );
  return { queue, peer };
}

eachStore("a message that throws whenever it is handled", (open) => {
  it.each([0, 2, 4])(
    "fails alone at place %i, its sender hears of it, and the rest goes on",
    async (place) => {
      const { queue } = await openWith(await open(), () => {
        throw new TypeError("nobody thought of this");
      });
      const numbers = [1, 2, 3, 4];
      numbers.splice(place, 0, 13);
      const sent: number[] = [];
      for (const number of numbers) sent.push(await queue.send(letter(number)));
      queue.worker.wake(["b.test"]);
      await queue.settle();
      const states = await Promise.all(sent.map(queue.state));
      expect(states).toEqual(numbers.map((number) => (number === 13 ? "failed" : "delivered")));
      expect(await queue.reports()).toMatchObject([
        { inReplyTo: letter(13).messageId, status: "failed", problem: { code: "internal" } },
      ]);
      expect(await listBackoffs(queue.store.read)).toEqual([]);
      expect(queue.logged).toEqual(["batch not handled", "message not handled"]);
      expect(await queue.worker.nextDueAt()).toBeUndefined();
      await stop(queue);
    },
  );

  it("holds up what refers to it no longer than it takes to see that", async () => {
    const { queue, peer } = await openWith(await open(), () => {
      throw new TypeError("nobody thought of this");
    });
    await queue.send(letter(13));
    const edit = await queue.send(letter(14, { edits: letter(13).messageId }));
    queue.worker.wake(["b.test"]);
    await queue.settle();
    expect(await queue.state(edit)).toBe("delivered");
    expect(peer.posted().at(-1)).toEqual([letter(14).messageId]);
    await stop(queue);
  });

  it("fails alone also when it is its files that throw", async () => {
    const queue = await openTrialQueue(await open());
    const file = new TextEncoder().encode("a file");
    const withFile = letter(13, { files: [file] });
    await queue.wire.join("b.test", wantsFirst(new Map([[withFile.messageId, [hashOf(file)]]])));
    queue.wire.remote.openBlob = () => Promise.reject(new RangeError("nobody thought of this"));
    const sent = [await queue.send(letter(1)), await queue.send(withFile), await queue.send(letter(2))];
    queue.worker.wake(["b.test"]);
    await queue.settle();
    expect(await Promise.all(sent.map(queue.state))).toEqual(["delivered", "failed", "delivered"]);
    expect(await queue.reports()).toHaveLength(1);
    await stop(queue);
  });
});

eachStore("what may pass", (open) => {
  const faults: [string, () => never][] = [
    [
      "a lost connection to the database",
      () => {
        throw new Error("Connection terminated unexpectedly");
      },
    ],
    [
      "an error of the disk",
      () => {
        throw Object.assign(new Error("disk I/O error"), { code: "ERR_SQLITE_ERROR", errcode: 10 });
      },
    ],
    ["a full disk", () => fail("storageFull", "This server's disk is full.")],
  ];
  it.each(faults)("is not taken for a message's fault: %s", async (_, fault) => {
    const { queue, peer } = await openWith(await open(), fault);
    const sent = [await queue.send(letter(13)), await queue.send(letter(1))];
    queue.worker.wake(["b.test"]);
    await queue.settle();
    expect(await Promise.all(sent.map(queue.state))).toEqual(["retrying", "delivered"]);
    expect(await queue.reports()).toEqual([]);
    expect(await listBackoffs(queue.store.read)).toEqual([]);
    peer.answer = takeAll;
    await queue.advance(5_000);
    expect(await Promise.all(sent.map(queue.state))).toEqual(["delivered", "delivered"]);
    await stop(queue);
  });
});

describe("when the store takes nothing for a while", () => {
  const open = onSqlite();

  it("nothing is given up: what was on its way is tried again, and arrives", async () => {
    const store = await open();
    let fails = false;
    const failing: Store = {
      dialect: store.dialect,
      read: store.read,
      close: () => store.close(),
      write: (work) =>
        fails
          ? Promise.reject(new ProblemError(problem("storageFull", "This server's disk is full.")))
          : store.write(work),
    };
    const queue = await openTrialQueue(failing);
    const peer = await queue.wire.join("b.test", (request, asked) => {
      fails = true;
      return takeAll(request, asked);
    });
    const sent = [await queue.send(letter(1)), await queue.send(letter(2))];
    queue.worker.wake(["b.test"]);
    await until(() => queue.logged.includes("queue fault"));
    expect(await Promise.all(sent.map(queue.state))).toEqual(["sending", "sending"]);
    peer.answer = takeAll;
    fails = false;
    await queue.advance(40_000);
    expect(await Promise.all(sent.map(queue.state))).toEqual(["delivered", "delivered"]);
    expect(await queue.reports()).toEqual([]);
    await stop(queue);
  });
});

it.each<[boolean, string, unknown]>([
  [true, "a programming error", new TypeError("x is not a function")],
  [
    true,
    "a programming error with a code",
    Object.assign(new TypeError("bad"), { code: "ERR_INVALID_ARG_TYPE" }),
  ],
  [true, "a number out of its range", new RangeError("too many")],
  [true, "text that is no JSON", new SyntaxError("Unexpected token")],
  [true, "a message nobody will ever take", new ProblemError(problem("invalidMessage", "No."))],
  [false, "a full disk", new ProblemError(problem("storageFull", "Full."))],
  [false, "a server that cannot now", new ProblemError(problem("unavailable", "Later."))],
  [false, "a connection that was lost", new Error("Connection terminated unexpectedly")],
  [false, "an error of a driver", Object.assign(new Error("busy"), { code: "ERR_SQLITE_ERROR" })],
  [false, "a thing that is no error", "oops"],
  [false, "nothing", undefined],
])("%s: the message is at fault by %s", (isFault, _, error) => {
  expect(isPoison(error)).toBe(isFault);
});
