import { problem, recipientsOf } from "@posthorn/protocol";
import { describe, expect, it } from "vitest";
import { deliverRemote, sayHello } from "./remote.ts";
import type { Outgoing } from "./result.ts";
import {
  type Answer,
  bytesOf,
  delivered,
  hashOf,
  type Letter,
  letter,
  messagesOf,
  openTrialWire,
  refused,
  type Told,
  takeAll,
  verdicts,
} from "./trial-peer.ts";

const never = new AbortController().signal;

/** The letters with one delivery each, numbered as they are. */
function outgoing(...letters: Letter[]): Outgoing[] {
  return letters.map((one, index) => ({ ...one, recipients: [{ deliveryId: index + 1, id: "bob" }] }));
}

async function deliverTo(
  answer: Answer,
  letters: Letter[],
  limits: { batchLines?: number; batchBytes?: number } = {},
) {
  const wire = await openTrialWire();
  const peer = await wire.join("b.test", answer, limits);
  const result = await deliverRemote(wire.remote, "b.test", outgoing(...letters), never);
  return { result, peer, states: statesOf(result.results) };
}

function statesOf(results: ReadonlyMap<number, { state: string }>): Record<string, string> {
  return Object.fromEntries([...results].map(([id, { state }]) => [id, state]));
}

/** Says one thing after the other, the last for ever. */
function inTurn(...answers: (Answer | Told)[]): Answer {
  let count = 0;
  return (request, peer) => {
    const answer = answers[Math.min(count++, answers.length - 1)] ?? "cut";
    return typeof answer === "function" ? answer(request, peer) : answer;
  };
}

const ids = (...letters: Letter[]) => letters.map(({ messageId }) => messageId);
const refusal = (code: Parameters<typeof problem>[0]): Told => {
  const reason = problem(code, "No.");
  const contentType = "application/problem+json";
  return { status: reason.status, contentType, body: JSON.stringify(reason) };
};
const [one, two, three] = [letter(1), letter(2), letter(3)];
const long = letter(4, { overLines: true });

describe("messages for a host", () => {
  it("go in one request, line by line, as they were submitted, and each has its own answer", async () => {
    const { result, peer, states } = await deliverTo(
      (request) =>
        verdicts(request, (message) =>
          message.id === two.messageId
            ? refused(message, problem("recipientUnknown", "Nobody."))
            : delivered(message, "b.test"),
        ),
      [one, two, three],
    );
    expect(states).toEqual({ 1: "delivered", 2: "failed", 3: "delivered" });
    expect(result.host).toEqual({ kind: "answered" });
    const [request] = peer.requests;
    expect(request?.headers["content-type"]).toBe("application/x-ndjson");
    const sent = Buffer.from(await bytesOf(request?.body ?? new Uint8Array())).toString("utf8");
    expect(sent).toBe([one, two, three].map(({ bytes }) => `${Buffer.from(bytes)}\n`).join(""));
  });

  it("go byte for byte and alone, when there is one", async () => {
    const { peer, states } = await deliverTo(takeAll, [long]);
    expect(states).toEqual({ 1: "delivered" });
    expect(peer.requests[0]?.headers["content-type"]).toBe("application/json");
    expect(peer.requests[0]?.body).toEqual(long.bytes);
  });

  it("go in as many requests as the host's own limits and their own form make of them, in order", async () => {
    const { peer, states } = await deliverTo(takeAll, [one, long, two, three], { batchLines: 1 });
    expect(peer.posted()).toEqual([ids(one), ids(long), ids(two), ids(three)]);
    expect(states).toEqual({ 1: "delivered", 2: "delivered", 3: "delivered", 4: "delivered" });
  });

  it("have longer when they are large, so that a slow line is not cut each time at the same place", async () => {
    const { peer } = await deliverTo(takeAll, [letter(1, { text: "x".repeat(200_000) })]);
    expect(peer.requests[0]?.timeoutMs).toBeGreaterThan(60_000 + 200_000 / 16);
  });

  it("have answers that fit, though each recipient of theirs is refused at length and only one is still due", async () => {
    const to = ["bob", ...Array.from({ length: 499 }, (_, number) => `user${number}`)];
    const letters = Array.from({ length: 20 }, (_, number) => letter(number, { to }));
    const reason = problem("notAllowed", "No. ".repeat(300));
    const { states } = await deliverTo(
      (request) =>
        verdicts(request, (message) => ({
          ...refused(message, reason),
          recipients: recipientsOf(message).map((one) => ({ ...one, status: "refused", problem: reason })),
        })),
      letters,
    );
    expect(Object.values(states)).toEqual(letters.map(() => "failed"));
  });

  it("are not sent to a host that is not found, which says nothing of them", async () => {
    const wire = await openTrialWire();
    expect(await deliverRemote(wire.remote, "gone.test", outgoing(one), never)).toMatchObject({
      results: new Map(),
      host: { kind: "unreachable", problem: { detail: "gone.test did not answer: no such name" } },
    });
  });

  it("say which files the host wants first", async () => {
    const file = new TextEncoder().encode("a file");
    const withFile = letter(5, { files: [file] });
    const { result, states } = await deliverTo(
      (request) =>
        verdicts(request, (message) =>
          message.id === withFile.messageId
            ? refused(message, problem("blobsMissing", "First.", { missing: [hashOf(file)] }))
            : delivered(message, "b.test"),
        ),
      [one, withFile],
    );
    expect(states).toEqual({ 1: "delivered" });
    expect(result.lacking).toMatchObject([
      { message: { messageId: withFile.messageId }, hashes: [hashOf(file)] },
    ]);
  });
});

describe("when a host falls silent on the way", () => {
  const two503: Told = { status: 503, headers: { "retry-after": "600" }, body: "{}" };

  it.each<[string, Told]>([
    ["a cut connection", "cut"],
    ["an answer without proof", { status: 200, body: "{}", signing: false }],
    ["a signed 503", two503],
    ["a signed 429", { ...two503, status: 429 }],
  ])("what it said before counts, and the rest is not asked: %s", async (_, silence) => {
    const { result, peer, states } = await deliverTo(inTurn(takeAll, silence), [one, two, three], {
      batchLines: 1,
    });
    expect(states).toEqual({ 1: "delivered" });
    expect(result.host.kind).toBe("fellSilent");
    expect(peer.requests).toHaveLength(2);
  });

  it("it is left alone for as long as it asks", async () => {
    const { result } = await deliverTo(inTurn(takeAll, two503), [one, two], { batchLines: 1 });
    expect(result.host).toMatchObject({ kind: "fellSilent", retryAfterS: 600 });
  });

  it("before it has said anything, it was not reached", async () => {
    const { result, states } = await deliverTo(() => "cut", [one, long, two]);
    expect(states).toEqual({});
    expect(result.host.kind).toBe("unreachable");
  });

  it("in the middle of messages that it wanted one by one, what it said of the first counts too", async () => {
    const { result, states } = await deliverTo(inTurn(refusal("tooLarge"), takeAll, "cut"), [
      one,
      two,
      three,
    ]);
    expect(states).toEqual({ 1: "delivered" });
    expect(result.host.kind).toBe("fellSilent");
  });
});

describe("a message that the host fails at, with a signed 500 (CVE-2025-30355)", () => {
  const failsAt =
    (bad: Letter): Answer =>
    (request, peer) =>
      messagesOf(request).some(({ id }) => id === bad.messageId)
        ? { status: 500, body: "{}" }
        : takeAll(request, peer);

  it("holds up no other, wherever it stands", async () => {
    for (const letters of [
      [long, one, two],
      [one, long, two],
      [one, two, long],
    ]) {
      const { result, states } = await deliverTo(failsAt(long), letters);
      expect(Object.values(states)).toEqual(["delivered", "delivered"]);
      expect(result.host).toEqual({ kind: "answered" });
    }
  });

  it("is about the host when there is no other that it takes", async () => {
    const { result } = await deliverTo(failsAt(long), [long]);
    expect(result).toMatchObject({ results: new Map(), host: { kind: "unreachable" } });
  });
});

describe("what the host signs and nobody can read", () => {
  const asLines = (...lines: string[]): Told => ({
    status: 200,
    contentType: "application/x-ndjson",
    body: `${lines.join("\n")}\n`,
  });
  const line = ({ message }: Letter) => JSON.stringify(delivered(message, "b.test"));

  it.each<[string, string]>([
    ["no JSON", "nonsense"],
    ["no verdict", '{"id":"x"}'],
    ["an empty line", ""],
    ["a verdict with an endless text", JSON.stringify({ id: one.messageId, status: 200, recipients: "x" })],
  ])("defers the one message at its place and harms no other: %s", async (_, bad) => {
    const { result, states } = await deliverTo(() => asLines(line(one), bad, line(three)), [one, two, three]);
    expect(states).toEqual({ 1: "delivered", 2: "deferred", 3: "delivered" });
    expect(result.host).toEqual({ kind: "answered" });
  });

  it("defers messages whose lines are missing, and those whose verdict stands at another's place", async () => {
    const missing = await deliverTo(() => asLines(line(one)), [one, two]);
    expect(missing.states).toEqual({ 1: "delivered", 2: "deferred" });
    const shifted = await deliverTo(() => asLines(line(two), line(one)), [one, two]);
    expect(shifted.states).toEqual({ 1: "deferred", 2: "deferred" });
    const doubled = await deliverTo(() => asLines(line(one), line(one), line(two)), [one, two]);
    expect(doubled.states).toEqual({ 1: "delivered", 2: "deferred" });
  });

  it("defers all when there are more lines than a batch has", async () => {
    const { result, states } = await deliverTo(
      () => asLines(...Array.from({ length: 101 }, () => line(one))),
      [one, two],
    );
    expect(states).toEqual({ 1: "deferred", 2: "deferred" });
    expect(result.host).toEqual({ kind: "answered" });
  });

  it.each([200, 204, 301, 404])("defers the one message it answers with %i", async (status) => {
    const { result, states } = await deliverTo(() => ({ status, body: "<h1>Hello</h1>" }), [one]);
    expect(states).toEqual({ 1: "deferred" });
    expect(result.host).toEqual({ kind: "answered" });
  });
});

describe("a batch that the host refuses as a whole", () => {
  it.each(["tooLarge", "unsupportedType", "badJson", "peerBlocked"] as const)(
    "for good, by %s, is asked of it message by message",
    async (code) => {
      const { peer, states } = await deliverTo(inTurn(refusal(code), takeAll), [one, two]);
      expect(peer.posted().slice(1)).toEqual([ids(one), ids(two)]);
      expect(states).toEqual({ 1: "delivered", 2: "delivered" });
    },
  );

  it.each(["badSignature", "misdirected", "replayed", "storageFull", "timeout"] as const)(
    "for now, by %s, is not asked of it a hundred times more",
    async (code) => {
      const { result, peer, states } = await deliverTo(() => refusal(code), [one, two]);
      expect(peer.requests).toHaveLength(1);
      expect(states).toEqual({ 1: "deferred", 2: "deferred" });
      expect(result.results.get(1)).toMatchObject({ problem: { code } });
    },
  );

  it("in words that nobody can read, waits", async () => {
    const { peer, states } = await deliverTo(() => ({ status: 404, body: "?" }), [one, two]);
    expect(peer.requests).toHaveLength(1);
    expect(states).toEqual({ 1: "deferred", 2: "deferred" });
  });
});

it("a recipient who takes no more of strangers just now is no word of the host, which goes on being sent to", async () => {
  const reason = problem("rateLimited", "bob takes no more mail of strangers just now.", {
    retryAfterS: 21_600,
  });
  const said = (recipients: object[]): Told => ({
    status: 429,
    contentType: "application/problem+json",
    body: JSON.stringify({ ...reason, recipients }),
  });
  const refusedBob = { id: "bob", host: "b.test", status: "refused", problem: reason };
  const one = await deliverTo(() => said([refusedBob]), [letter(1)]);
  expect(one.states).toEqual({ 1: "deferred" });
  expect(one.result.host).toEqual({ kind: "answered" });
  expect(one.result.results.get(1)).toMatchObject({ problem: { code: "rateLimited", retryAfterS: 21_600 } });
  const all = await deliverTo(() => said([]), [letter(1)]);
  expect(all.result).toMatchObject({ host: { kind: "unreachable" } });
  expect(all.states).toEqual({});
});

it("a refused message tells of each recipient what the host says of it", async () => {
  const wire = await openTrialWire();
  const [full, unknown] = [problem("mailboxFull", "Full."), problem("recipientUnknown", "Nobody.")];
  const body = JSON.stringify({
    ...full,
    recipients: [
      { id: "bob", host: "b.test", status: "refused", problem: full },
      { id: "carol", host: "b.test", status: "refused", problem: unknown },
    ],
  });
  await wire.join("b.test", () => ({ status: 507, contentType: "application/problem+json", body }));
  const recipients = ["bob", "carol"].map((id, index) => ({ deliveryId: index, id }));
  const { results } = await deliverRemote(wire.remote, "b.test", [{ ...one, recipients }], never);
  expect(results.get(0)).toEqual({ state: "deferred", problem: full });
  expect(results.get(1)).toEqual({ state: "failed", problem: unknown });
});

describe("a hello", () => {
  it("is said to the host by our own name, and was heard when it answers it", async () => {
    const wire = await openTrialWire();
    const peer = await wire.join("b.test", () => ({ status: 200, body: '{"host":"b.test"}' }));
    expect(await sayHello(wire.remote, "b.test", never)).toBe(true);
    const [request] = peer.requests;
    expect(request).toMatchObject({ method: "POST", url: { pathname: "/email/hello" } });
    const sent = Buffer.from(await bytesOf(request?.body ?? new Uint8Array())).toString("utf8");
    expect(JSON.parse(sent)).toEqual({ host: "a.test" });
  });

  it.each<[string, Answer]>([
    ["refused", () => refusal("peerBlocked")],
    ["not proven", () => ({ status: 200, body: "{}", signing: false })],
    ["lost", () => "timeout"],
  ])("was not heard when the answer is %s", async (_, answer) => {
    const wire = await openTrialWire();
    await wire.join("b.test", answer);
    expect(await sayHello(wire.remote, "b.test", never)).toBe(false);
    expect(await sayHello(wire.remote, "gone.test", never)).toBe(false);
  });
});
