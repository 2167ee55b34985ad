import { afterEach, describe, expect, test } from "vitest";
import type { ListenLimits } from "./limits.ts";
import { getRequest, openTrial, type TrialListener, until } from "./trial-listener.ts";

let trial: TrialListener;

afterEach(() => trial.end());

/** A body that says what it is told to, and ends when it is told to, or when its reader leaves. */
function mouth() {
  const said: Uint8Array[] = [];
  let isEnded = false;
  let take: (() => void) | undefined;
  const offer = () => take?.();
  const body = {
    async next(): Promise<IteratorResult<Uint8Array, undefined>> {
      while (said.length === 0 && !isEnded) {
        await new Promise<void>((resolve) => {
          take = resolve;
        });
      }
      const value = isEnded ? undefined : said.shift();
      return value === undefined ? { done: true, value: undefined } : { done: false, value };
    },
    async return(): Promise<IteratorReturnResult<undefined>> {
      isEnded = true;
      offer();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => body,
  };
  return {
    body,
    say(text: string) {
      said.push(new TextEncoder().encode(text));
      offer();
    },
    get isEnded() {
      return isEnded;
    },
    end: () => body.return(),
  };
}

async function serve(limits: Partial<ListenLimits> = {}) {
  const mouths: ReturnType<typeof mouth>[] = [];
  trial = await openTrial(async () => {
    const made = mouth();
    mouths.push(made);
    return {
      status: 200,
      headers: { "content-type": "text/event-stream" },
      body: made.body,
      isLasting: true,
    };
  }, limits);
  return mouths;
}

describe("an answer that goes on", () => {
  test("is heard from its head on, each piece as it is said", async () => {
    const mouths = await serve();
    const socket = await trial.dial();
    socket.say(getRequest);
    expect(await socket.hear("\r\n\r\n")).toMatch(/^HTTP\/1\.1 200 OK\r\n.*text\/event-stream/s);
    mouths[0]?.say("one");
    await socket.hear("one");
    mouths[0]?.say("two");
    await socket.hear("two");
  });

  test("is not cut for being silent, longer than anything else may take", async () => {
    const mouths = await serve();
    const socket = await trial.dial();
    socket.say(getRequest);
    await socket.hear("\r\n\r\n");
    await trial.clock.advance(20 * 60_000);
    mouths[0]?.say("still here");
    await socket.hear("still here");
  });

  test("takes no room from requests", async () => {
    const mouths = await serve({ requestsInFlight: 1, requestsPerNetwork: 1 });
    const sockets = [await trial.dial(), await trial.dial(), await trial.dial()];
    for (const socket of sockets) {
      socket.say(getRequest);
      expect(await socket.hear("\r\n\r\n")).toMatch(/^HTTP\/1\.1 200 /);
    }
    expect(trial.listener.requestsInFlight).toBe(0);
    for (const made of mouths) await made.end();
    for (const socket of sockets) {
      await socket.hear("\r\n0\r\n\r\n");
      socket.say(getRequest);
      await socket.hear("HTTP/1.1 200 ", 2);
    }
    expect(trial.listener.requestsInFlight).toBe(0);
  });

  test("ends at its source when the client leaves, also while nothing is said", async () => {
    const mouths = await serve();
    const socket = await trial.dial();
    socket.say(getRequest);
    await socket.hear("\r\n\r\n");
    socket.destroy();
    await until(() => mouths[0]?.isEnded === true);
  });

  test("asks its source for no more than a client takes, and is cut when it takes nothing for a minute", async () => {
    const mouths = await serve();
    const socket = await trial.dial();
    socket.say(getRequest);
    await socket.hear("\r\n\r\n");
    socket.pause();
    for (let count = 0; count < 2_000; count++) mouths[0]?.say("x".repeat(10_000));
    for (let turn = 0; turn < 500; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(mouths[0]?.isEnded).toBe(false);
    await trial.clock.advance(61_000);
    await until(() => mouths[0]?.isEnded === true);
    socket.resume();
    expect((await socket.closed).length).toBeLessThan(15_000_000);
  });

  test("does not hold up the end of the server once its source has ended", async () => {
    const mouths = await serve();
    const socket = await trial.dial();
    socket.say(getRequest);
    await socket.hear("\r\n\r\n");
    await mouths[0]?.end();
    await trial.listener.close(60_000);
    expect(await socket.closed).toMatch(/\r\n0\r\n\r\n$/);
  });
});
