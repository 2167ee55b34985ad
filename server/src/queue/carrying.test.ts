/** Large files go beside the host's other mail, which does not wait for them (§50.7). */
import { problem } from "@posthorn/protocol";
import { describe, expect, it } from "vitest";
import {
  type Answer,
  hang,
  hashOf,
  type Letter,
  letter,
  refused,
  type Told,
  type TrialPeer,
  takeAll,
  verdicts,
  wantsFirst,
} from "../deliver/trial-peer.ts";
import { eachStore, onSqlite } from "../store/each-store.ts";
import { findBackoff, listBackoffs } from "../store/host-backoff-store.ts";
import type { Store } from "../store/sql.ts";
import { expiryMs } from "./backoff.ts";
import { openTrialQueue, stop, submit, type TrialQueue, until } from "./trial-queue.ts";

const fileOf = (number: number) => new TextEncoder().encode(`file of letter ${number}`);
const hashFor = (number: number) => hashOf(fileOf(number));
const withFile = (number: number): Letter => letter(number, { files: [fileOf(number)] });
const isUpload = ({ method }: { method: string }) => method === "PUT";

interface Carrying extends TrialQueue {
  peer: TrialPeer;
  /** Uploads that have begun, by number, and are answered when a test says so. */
  uploads: number[];
  /** Lets the upload of a letter's file end: well, or as told. */
  end(number: number, told?: Told): void;
  submitWithFile(number: number): Promise<number>;
}

async function openCarrying(store: Store): Promise<Carrying> {
  const queue = await openTrialQueue(store);
  const numbers = Array.from({ length: 200 }, (_, index) => index + 1);
  const takes = wantsFirst(new Map(numbers.map((number) => [withFile(number).messageId, [hashFor(number)]])));
  const waiting = new Map<string, (told: Told | undefined) => void>();
  const uploads: number[] = [];
  const answer: Answer = async (request, peer) => {
    if (!isUpload(request)) return takes(request, peer);
    const hash = request.url.pathname.slice(-64);
    uploads.push(numbers.find((number) => hashFor(number) === hash) ?? 0);
    const told = await Promise.race([
      new Promise<Told | undefined>((resolve) => waiting.set(hash, resolve)),
      hang(queue.clock, request),
    ]);
    return told ?? takeAll(request, peer);
  };
  for (const number of numbers) queue.wire.files.set(hashFor(number), fileOf(number));
  return {
    ...queue,
    peer: await queue.wire.join("b.test", answer),
    uploads,
    end: (number, told) => waiting.get(hashFor(number))?.(told),
    async submitWithFile(number) {
      const sent = await queue.send(withFile(number));
      queue.worker.wake(["b.test"]);
      return sent;
    },
  };
}

/** A letter without files; its number is none of those that have some. */
const bare = 1_000;

eachStore("while a file is on its way to a host", (open) => {
  it("other mail goes there, and the letter follows when its file is there", async () => {
    const queue = await openCarrying(await open());
    const sent = await queue.submitWithFile(1);
    await until(() => queue.uploads.length === 1);
    const other = await submit(queue, bare);
    await until(async () => (await queue.state(other)) === "delivered");
    expect(await queue.state(sent)).toBe("sending");
    queue.end(1);
    await until(async () => (await queue.state(sent)) === "delivered");
    expect(await queue.deliveries(sent)).toMatchObject([{ attemptCount: 1 }]);
    await stop(queue);
  });

  it("three are carried at once, more wait their turn, and other mail waits for none of them", async () => {
    const queue = await openCarrying(await open());
    const sent = await Promise.all([1, 2, 3, 4, 5].map((number) => queue.submitWithFile(number)));
    await until(() => queue.uploads.length === 3);
    const other = await submit(queue, bare);
    await until(async () => (await queue.state(other)) === "delivered");
    expect(queue.uploads).toHaveLength(3);
    for (let ended = 0; ended < 5; ended++) {
      await until(() => queue.uploads.length > ended);
      queue.end(queue.uploads[ended] ?? 0);
    }
    for (const id of sent) await until(async () => (await queue.state(id)) === "delivered");
    await stop(queue);
  });

  it("an edit of the letter waits for it", async () => {
    const queue = await openCarrying(await open());
    const sent = await queue.submitWithFile(1);
    const edit = await submit(queue, bare, { edits: withFile(1).messageId });
    await until(() => queue.uploads.length === 1);
    expect(await queue.state(edit)).toBe("queued");
    queue.end(1);
    await until(async () => (await queue.state(edit)) === "delivered");
    expect(await queue.state(sent)).toBe("delivered");
    expect(queue.peer.posted().flat().at(-1)).toBe(letter(bare).messageId);
    await stop(queue);
  });
});

describe("files that wait for their turn", () => {
  const open = onSqlite();

  it("keep the leases of their letters, however long that takes", async () => {
    const queue = await openCarrying(await open());
    const sent = await Promise.all([1, 2, 3, 4].map((number) => queue.submitWithFile(number)));
    await until(() => queue.uploads.length === 3);
    for (let seconds = 0; seconds < 60; seconds += 5) {
      await queue.clock.advance(5_000);
      for (const id of sent) {
        await until(async () => {
          const [delivery] = await queue.deliveries(id);
          return (delivery?.nextAttemptAt ?? 0) >= queue.clock.now() + 15_000;
        });
      }
    }
    for (let ended = 0; ended < 4; ended++) {
      await until(() => queue.uploads.length > ended);
      queue.end(queue.uploads[ended] ?? 0);
    }
    for (const id of sent) await until(async () => (await queue.state(id)) === "delivered");
    for (const id of sent) expect(await queue.deliveries(id)).toMatchObject([{ attemptCount: 1 }]);
    await stop(queue);
  });
});

eachStore("a file that is cut on its way", (open) => {
  it("defers its letter alone, and has no mark against the host, nor for it", async () => {
    const queue = await openCarrying(await open());
    const sent = await queue.submitWithFile(1);
    await until(() => queue.uploads.length === 1);
    queue.end(1, "cut");
    await until(async () => (await queue.state(sent)) === "retrying");
    expect(await listBackoffs(queue.store.read)).toEqual([]);
    expect(await queue.deliveries(sent)).toMatchObject([{ nextAttemptAt: queue.clock.now() + 3_000 }]);
    await queue.settle();
    await queue.clock.advance(3_000);
    await until(() => queue.uploads.length === 2);
    queue.end(1);
    await until(async () => (await queue.state(sent)) === "delivered");
    await stop(queue);
  });

  it("does not hide that the host has gone: that it failed otherwise still counts", async () => {
    const queue = await openCarrying(await open());
    const sent = await queue.submitWithFile(1);
    await until(() => queue.uploads.length === 1);
    const { answer } = queue.peer;
    queue.peer.answer = (request, peer) => (isUpload(request) ? answer(request, peer) : "connect");
    const other = await submit(queue, bare);
    await until(async () => (await queue.state(other)) === "retrying");
    queue.end(1, "cut");
    await until(async () => (await queue.state(sent)) === "retrying");
    expect(await findBackoff(queue.store.read, "b.test")).toMatchObject({ failureCount: 1 });
    await stop(queue);
  });

  it("by our own stop is nobody's fault, and those that waited for their turn are not begun", async () => {
    const queue = await openCarrying(await open());
    const sent = await Promise.all([1, 2, 3, 4].map((number) => queue.submitWithFile(number)));
    await until(() => queue.uploads.length === 3);
    await stop(queue);
    expect(queue.uploads).toHaveLength(3);
    expect(await Promise.all(sent.map(queue.state))).toEqual(Array(4).fill("retrying"));
    for (const id of sent) expect(await queue.deliveries(id)).toMatchObject([{ problem: undefined }]);
    expect(await listBackoffs(queue.store.read)).toEqual([]);
    expect(queue.worker.busy).toBe(false);
  });
});

describe("a host that takes files and says each time that it lacks them", () => {
  const open = onSqlite();

  it("is brought them again every six hours and no oftener, to the end, and the sender hears why", async () => {
    const queue = await openTrialQueue(await open());
    const missing = [hashFor(1)];
    queue.wire.files.set(hashFor(1), fileOf(1));
    const peer = await queue.wire.join("b.test", (request, asked) =>
      isUpload(request)
        ? takeAll(request, asked)
        : verdicts(request, (message) => refused(message, problem("blobsMissing", "First.", { missing }))),
    );
    const sent = await queue.send(withFile(1));
    queue.worker.wake(["b.test"]);
    await queue.advance(expiryMs + 3_600_000);
    expect(peer.requests.filter(isUpload)).toHaveLength(21);
    expect(await queue.state(sent)).toBe("expired");
    expect((await queue.reports()).at(-1)?.body).toContain(
      "b.test has taken the files of this message and says that it lacks them still.",
    );
    await stop(queue);
  });
});
