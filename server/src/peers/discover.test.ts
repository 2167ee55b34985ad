/** Who a host is, by its own word and by that of its endpoint (threats A1, A14). */
import { toBase64Url } from "@posthorn/crypto";
import type { Discovery } from "@posthorn/protocol";
import { describe, expect, test } from "vitest";
import type { EgressResult, InboundAnswer } from "../env/env.ts";
import { HandClock } from "../env/hand-clock.ts";
import { discover } from "./discover.ts";
import { documentOf, jsonAnswer, keyOf, onlineKey, trialHost, trialWire } from "./trial-host.ts";

const clock = new HandClock();
const now = clock.now();
const beta = await trialHost("b.test");
const own = "https://b.test/.well-known/posthorn";
const confirming = "https://mail.b.test/.well-known/posthorn?host=b.test";

type Answers = Record<string, InboundAnswer | EgressResult>;

function ask(answers: Answers, host = "b.test") {
  const wire = trialWire((url) => answers[url]);
  return { wire, result: discover({ egress: wire.egress, clock }, host) };
}

const describing = async (changes: Partial<Discovery> = {}) =>
  jsonAnswer(await documentOf(beta, now, changes));
const text = (body: string, type: string[] = ["application/json"], status = 200): InboundAnswer => ({
  status,
  headers: new Map([["content-type", type]]),
  body: new TextEncoder().encode(body),
});

test("a host's own document is taken as it came, asked for once, briefly and without following anybody", async () => {
  const { wire, result } = ask({ [own]: await describing() });
  expect(await result).toEqual({ ok: true, discovery: await documentOf(beta, now) });
  expect(wire.asked).toEqual([own]);
  expect(wire.last).toMatchObject({ method: "GET", timeoutMs: 10_000, maxAnswerBytes: 65_536 });
});

test("fields of later versions are ignored in the document and refused in a key (§7)", async () => {
  const document = await documentOf(beta, now);
  const open = { ...document, later: [1], limits: { messageBytes: 1_000, later: 1 } };
  expect(await ask({ [own]: jsonAnswer(open) }).result).toMatchObject({ ok: true });
  const keys = document.keys.map((key) => ({ ...key, later: 1 }));
  expect(await ask({ [own]: jsonAnswer({ ...document, keys }) }).result).toMatchObject({
    ok: false,
    detail: expect.stringContaining("describes itself wrongly"),
  });
});

describe("it is as if no document had come when", () => {
  const cases: [
    string,
    () => Promise<InboundAnswer | EgressResult> | InboundAnswer | EgressResult,
    string,
  ][] = [
    [
      "nobody answers",
      () => ({ ok: false, failure: "dns", detail: "no such name." }),
      "did not answer: no such name.",
    ],
    [
      "more than 64 KiB come",
      () => ({ ok: false, failure: "tooLarge", detail: "the answer is too large." }),
      "did not answer: the answer is too large.",
    ],
    ...[301, 302, 303, 307, 308].map((status): [string, () => Promise<InboundAnswer>, string] => [
      `it is a redirect ${status} (CVE-2025-23221, CVE-2026-34148)`,
      async () => {
        const { headers, body } = await describing();
        return { status, headers: new Map([...headers, ["location", [own]]]), body };
      },
      `answered ${status}`,
    ]),
    ["the status is 404", async () => ({ ...(await describing()), status: 404 }), "answered 404"],
    ["the status is 203", async () => ({ ...(await describing()), status: 203 }), "answered 203"],
    ["it is a page", () => text("<html>", ["text/html"]), "not answer with JSON"],
    [
      "its type has a parameter",
      () => text("{}", ["application/json; charset=utf-8"]),
      "not answer with JSON",
    ],
    [
      "its type is a relative's (CVE-2024-25623)",
      () => text("{}", ["application/activity+json"]),
      "not answer with JSON",
    ],
    [
      "its type is given twice",
      () => text("{}", ["application/json", "application/json"]),
      "not answer with JSON",
    ],
    ["its type is in capitals", () => text("{}", ["Application/JSON"]), "not answer with JSON"],
    ["it has no type", async () => ({ ...(await describing()), headers: new Map() }), "not answer with JSON"],
    ["it is no JSON", () => text("{"), "describes itself wrongly"],
    ["it is empty", () => text(""), "describes itself wrongly"],
    [
      "a member stands twice (CVE-2026-42462)",
      async () => doubled(await describing()),
      "describes itself wrongly",
    ],
    ["it is no document", () => jsonAnswer([]), "describes itself wrongly"],
    [
      "its version is another",
      async () => jsonAnswer({ ...(await documentOf(beta, now)), version: 2 }),
      "wrongly",
    ],
    ["it is another host's (CVE-2024-23832)", () => describing({ host: "c.test" }), "it says it is c.test"],
    ["it has no keys", () => describing({ keys: [] }), "wrongly"],
    [
      "it has 17 keys",
      async () => describing({ keys: Array(17).fill(await onlineKey(beta, "k1", now)) }),
      "wrongly",
    ],
    ["its endpoint is plain HTTP", () => describing({ endpoint: "http://b.test" }), "wrongly"],
    ["its endpoint has a path", () => describing({ endpoint: "https://b.test/a" }), "wrongly"],
    ["its endpoint has a user", () => describing({ endpoint: "https://b.test@c.test" }), "wrongly"],
    ["its endpoint is an address", () => describing({ endpoint: "https://127.0.0.1" }), "wrongly"],
    [
      "all its keys have run out",
      async () => describing({ keys: [await onlineKey(beta, "k1", now - 31 * 24 * 3_600_000)] }),
      "all its keys have run out",
    ],
    [
      "a key is vouched for by another root key",
      async () => describing({ keys: [await onlineKey(await otherRoot(), "k1", now)] }),
      "not vouched for",
    ],
    [
      "a key is vouched for as another host's",
      async () => describing({ keys: [await onlineKey({ ...beta, host: "c.test" }, "k1", now)] }),
      "not vouched for",
    ],
    [
      "one of two keys is not vouched for",
      async () =>
        describing({
          keys: [await onlineKey(beta, "k1", now), await onlineKey(await otherRoot(), "k2", now)],
        }),
      "its key k2 is not vouched for",
    ],
    ["the id of a key was changed", () => withKey({ id: "k2" }), "its key k2 is not vouched for"],
    [
      "a key was made to last longer",
      () => withKey({ validUntil: "2036-11-24T00:00:00.000Z" }),
      "not vouched for",
    ],
    [
      "its end is written in another way",
      () => withKey({ validUntil: "2026-12-24T00:00:00Z" }),
      "not vouched for",
    ],
  ];
  test.each(cases)("%s", async (_, answer, detail) => {
    const { wire, result } = ask({ [own]: await answer() });
    expect(await result).toEqual({
      ok: false,
      detail: expect.stringContaining(detail),
      reason: expect.anything(),
    });
    expect(await result).toMatchObject({ detail: expect.stringMatching(/^b\.test /) });
    expect(wire.asked).toEqual([own]);
  });
});

describe("an endpoint on another name", () => {
  const delegating = () => describing({ endpoint: "https://mail.b.test" });

  test("is asked whether it speaks for the host, and then believed", async () => {
    const answer = await delegating();
    const { wire, result } = ask({ [own]: answer, [confirming]: answer });
    expect(await result).toMatchObject({ ok: true, discovery: { endpoint: "https://mail.b.test" } });
    expect(wire.asked).toEqual([own, confirming]);
  });

  test("need not have the same keys: those of the host's own document count", async () => {
    const keys = [await onlineKey(beta, "k9", now)];
    const confirmed = await describing({ endpoint: "https://mail.b.test", keys });
    const { result } = ask({ [own]: await delegating(), [confirming]: confirmed });
    expect(await result).toMatchObject({ ok: true, discovery: { keys: [{ id: "k1" }] } });
  });

  test("of a host with a port is asked for it by its whole name", async () => {
    const trial = await trialHost("b.test:8443");
    const answer = jsonAnswer(await documentOf(trial, now, { endpoint: "https://mail.b.test:9000" }));
    const { wire, result } = ask(
      {
        "https://b.test:8443/.well-known/posthorn": answer,
        "https://mail.b.test:9000/.well-known/posthorn?host=b.test%3A8443": answer,
      },
      "b.test:8443",
    );
    expect(await result).toMatchObject({ ok: true });
    expect(wire.asked).toHaveLength(2);
  });

  const refused: [string, () => Promise<InboundAnswer | EgressResult> | InboundAnswer, string][] = [
    ["does not know of it", () => text("{}", ["application/problem+json"], 404), "mail.b.test answered 404"],
    [
      "does not answer",
      async () => ({ ok: false, failure: "timeout", detail: "it took too long." }),
      "mail.b.test did not answer: it took too long.",
    ],
    ["redirects", async () => ({ ...(await delegating()), status: 302 }), "mail.b.test answered 302"],
    [
      "speaks for itself only (A14)",
      async () => jsonAnswer(await documentOf(await trialHost("mail.b.test"), now)),
      "mail.b.test does not confirm",
    ],
    [
      "points elsewhere itself (A14)",
      () => describing({ endpoint: "https://c.test" }),
      "mail.b.test does not confirm",
    ],
    ["points back to the host", () => describing(), "mail.b.test does not confirm"],
    [
      "knows the host by another root key (A14)",
      async () =>
        describing({
          endpoint: "https://mail.b.test",
          rootKey: toBase64Url((await otherRoot()).root.publicKey),
        }),
      "mail.b.test does not confirm",
    ],
  ];
  test.each(refused)("that %s makes the host one without a document", async (_, confirmation, detail) => {
    const { result } = ask({ [own]: await delegating(), [confirming]: await confirmation() });
    expect(await result).toEqual({
      ok: false,
      detail: expect.stringContaining(detail),
      reason: expect.anything(),
    });
  });

  test("is not called for a host whose own document is not in order", async () => {
    const { wire, result } = ask({
      [own]: await describing({ endpoint: "https://mail.b.test", host: "c.test" }),
    });
    expect(await result).toMatchObject({ ok: false });
    expect(wire.asked).toEqual([own]);
  });
});

async function otherRoot() {
  return { host: "b.test", root: await keyOf("another root") };
}

/** The usual document with something of its key changed after it was vouched for. */
async function withKey(changes: object): Promise<InboundAnswer> {
  const document = await documentOf(beta, now);
  return jsonAnswer({ ...document, keys: document.keys.map((key) => ({ ...key, ...changes })) });
}

function doubled(answer: InboundAnswer): InboundAnswer {
  const body = new TextDecoder().decode(answer.body).replace('"host":', '"host":"c.test","host":');
  return { ...answer, body: new TextEncoder().encode(body) };
}
