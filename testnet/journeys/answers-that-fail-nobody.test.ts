/**
 * Only a signed answer fails a delivery for good (reliability I5). Whatever else comes back is a reason to try again,
 * and a message that arrived although its answer was lost is shown once (I3).
 */
import { compose, eachMessage, type Session, send, sendStatus } from "@posthorn/client";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Exchange, Fault } from "../src/faults.ts";
import { startTestnet, type Testnet } from "../src/testnet.ts";

let net: Testnet;
let alice: Session;
let bob: Session;

beforeEach(async () => {
  net = await startTestnet({ names: ["alpha", "beta"], wire: "memory", seed: 7 });
  alice = await net.session(await net.node("alpha").addAccount("alice"));
  bob = await net.session(await net.node("beta").addAccount("bob"));
});

afterEach(() => net.close());

async function write(to: readonly string[]): Promise<string> {
  const message = compose(net.platform, { from: alice.address, to, subject: "hello", body: "there" });
  await send(alice, message);
  await net.settle();
  return message.id;
}

async function statuses(id: string): Promise<string[]> {
  return (await sendStatus(alice, id)).recipients.map(({ status }) => status);
}

async function subjects(session: Session): Promise<(string | null)[]> {
  const found: (string | null)[] = [];
  for await (const meta of eachMessage(session)) found.push(meta.subject);
  return found;
}

const toReceive = ({ path }: Exchange) => path === "/email/receive";
const everything = () => true;
const html = { contentType: "text/html", body: "<h1>Not found</h1>" };
const problemJson = (code: string, status: number) => ({
  contentType: "application/problem+json",
  body: JSON.stringify({ type: "x", code, status, title: "t", detail: "d", retry: "never" }),
});

const faults: [string, (exchange: Exchange) => boolean, Fault][] = [
  ["an HTML 404 of a misrouted proxy", toReceive, { kind: "answer", status: 404, ...html }],
  ["an HTML 200", toReceive, { kind: "answer", status: 200, ...html }],
  [
    "an unsigned 404 in our own words",
    toReceive,
    { kind: "answer", status: 404, ...problemJson("recipientUnknown", 404) },
  ],
  [
    "an unsigned 403 in our own words",
    toReceive,
    { kind: "answer", status: 403, ...problemJson("notAllowed", 403) },
  ],
  [
    "a redirect (CVE-2026-77632)",
    toReceive,
    { kind: "answer", status: 307, headers: { location: "https://evil.test/" } },
  ],
  ["500", toReceive, { kind: "answer", status: 500, ...html }],
  ["502 of a proxy", toReceive, { kind: "answer", status: 502, ...html }],
  [
    "503 with a Retry-After of a thousand years",
    toReceive,
    { kind: "answer", status: 503, headers: { "retry-after": "31536000000" } },
  ],
  [
    "503 with a Retry-After of nothing",
    toReceive,
    { kind: "answer", status: 503, headers: { "retry-after": "0" } },
  ],
  [
    "503 with a Retry-After that is none",
    toReceive,
    { kind: "answer", status: 503, headers: { "retry-after": "soon" } },
  ],
  [
    "a signed answer of nobody",
    toReceive,
    {
      kind: "answer",
      status: 404,
      headers: { signature: "posthorn=:AAAA:", "signature-input": "posthorn=()" },
    },
  ],
  ["no address", everything, { kind: "fail", failure: "dns" }],
  ["no connection", everything, { kind: "fail", failure: "connect" }],
  ["a certificate of another name", everything, { kind: "fail", failure: "tls" }],
  ["silence", toReceive, { kind: "fail", failure: "timeout" }],
  ["a cut in the middle of the body", toReceive, { kind: "cutBody" }],
  ["a lost answer to a message that arrived", toReceive, { kind: "loseAnswer" }],
  [
    "a discovery document of HTML",
    ({ path }) => path.startsWith("/.well-known/"),
    { kind: "answer", status: 200, ...html },
  ],
];

describe("a delivery is tried again, and arrives once, after", () => {
  test.each(faults)("%s", async (_, where, fault) => {
    const mend = net.faults.add((exchange) =>
      exchange.from === "alpha" && where(exchange) ? fault : undefined,
    );
    const id = await write([bob.address]);
    expect(await statuses(id)).toEqual(["retrying"]);
    const [waiting] = (await sendStatus(alice, id)).recipients;
    const waitMs = Date.parse(waiting?.nextAttemptAt ?? "") - net.clock.now();
    expect(waitMs).toBeGreaterThanOrEqual(1_000);
    expect(waitMs).toBeLessThanOrEqual(6 * 3_600_000);
    mend();
    await net.drain();
    expect(await statuses(id)).toEqual(["delivered"]);
    expect(await subjects(bob)).toEqual(["hello"]);
    expect(await subjects(alice)).toEqual(["hello"]);
  });
});

test("an unknown recipient fails at once with a report, and the other recipients get the message", async () => {
  const nobody = `nobody@${net.node("beta").host}`;
  const id = await write([bob.address, nobody, alice.address]);
  const { recipients } = await sendStatus(alice, id);
  expect(recipients).toMatchObject([
    { address: bob.address, status: "delivered" },
    { address: nobody, status: "failed", problem: { code: "recipientUnknown", status: 404 } },
    { address: alice.address, status: "delivered" },
  ]);
  expect(await subjects(alice)).toContain(`Not delivered: ${nobody}`);
  expect(await subjects(bob)).toEqual(["hello"]);
});

test("a batch goes on when one message of it is refused", async () => {
  const mend = net.faults.add(() => ({ kind: "fail", failure: "connect" }));
  const good = [await write([bob.address]), await write([bob.address])];
  const bad = await write([`nobody@${net.node("beta").host}`]);
  mend();
  await net.drain();
  expect(await Promise.all(good.map(statuses))).toEqual([["delivered"], ["delivered"]]);
  expect(await statuses(bad)).toEqual(["failed"]);
});

test("doubled and reordered exchanges change nothing", async () => {
  net.faults.add(({ number }) => (number % 3 === 0 ? { kind: "duplicate" } : undefined));
  const ids = [];
  for (let number = 0; number < 12; number++) ids.push(await write([bob.address]));
  await net.drain();
  for (const id of ids) expect(await statuses(id)).toEqual(["delivered"]);
  expect(await subjects(bob)).toHaveLength(12);
});

test("a dead host delays no other (I7)", async () => {
  const gone = Array.from({ length: 60 }, (_, number) => `x@gone${number}.test`);
  await write(gone);
  const id = await write([bob.address]);
  expect(await statuses(id)).toEqual(["delivered"]);
});

test("an edit never overtakes its message, and a recall never its edit (I8)", async () => {
  const order: string[] = [];
  const mend = net.faults.add(({ path }) =>
    path === "/email/receive" ? { kind: "fail", failure: "cut" } : undefined,
  );
  const message = compose(net.platform, {
    from: alice.address,
    to: [bob.address],
    subject: "one",
    body: "two",
  });
  await send(alice, message);
  await net.settle();
  const to = [bob.address];
  await send(
    alice,
    compose(net.platform, { type: "edit", from: alice.address, to, target: message.id, body: "three" }),
  );
  await send(alice, compose(net.platform, { type: "recall", from: alice.address, to, target: message.id }));
  await net.settle();
  mend();
  await net.drain();
  for await (const meta of eachMessage(bob)) order.unshift(meta.wire?.type ?? "");
  expect(order).toEqual(["email", "edit", "recall"]);
});
