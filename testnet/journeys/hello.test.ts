/** What a server says when it starts (§50.8) is read as strictly as every other JSON body (§20.3, §50.1). */
import { HelloSchema, limits } from "@posthorn/protocol";
import type { HttpResponse } from "@posthorn/server";
import { afterAll, beforeAll, expect, test } from "vitest";
import { EvilPeer, type PeerRequest, readAnswer } from "../src/evil-peer.ts";
import { jsonCases } from "../src/json-cases.ts";
import { startTestnet, type Testnet } from "../src/testnet.ts";
import { wrongValues } from "../src/wrong-values.ts";

const good = { host: "evil.test", incarnation: "c2l4IGZlZXQgdW5k" };
const hello = JSON.stringify(good);

let net: Testnet;
let peer: EvilPeer;
beforeAll(async () => {
  net = await startTestnet({ names: ["alpha"], wire: "memory" });
  peer = await EvilPeer.open("evil.test", net.clock);
  net.join(peer.host, peer.handler());
});
afterAll(() => net.close());

/** The answer to a hello: signed, unless the hello was too large to be read to its end. */
async function say(wanted: Partial<PeerRequest>): Promise<HttpResponse> {
  const addressed = { path: "/email/hello", destination: "alpha.test", authority: "alpha.test" };
  const answer = await net.node("alpha").server.handler(await peer.request({ ...addressed, ...wanted }));
  expect(Object.hasOwn(answer.headers, "signature")).toBe(answer.status !== 413);
  return answer;
}

test.each([
  ["as it is sent", { body: hello }],
  ["with its charset", { body: hello, contentType: "application/json; charset=utf-8" }],
  ["without an incarnation", { body: '{"host":"evil.test"}' }],
  ["with members of a later version", { body: '{"host":"evil.test","later":[1]}' }],
  ["in another's name, which counts for nothing", { body: '{"host":"other.test"}' }],
])("a hello %s is answered by a hello", async (_, wanted) => {
  const answer = await say(wanted);
  expect(answer.status).toBe(200);
  expect(readAnswer(answer)).toMatchObject({ host: "alpha.test", incarnation: expect.any(String) });
});

test.each([
  ["a page", "text/html", "<h1>"],
  ["lines", "application/x-ndjson", hello],
  ["in another charset", "application/json; charset=latin1", hello],
])("a hello that comes as %s is no hello", async (_, contentType, body) => {
  const answer = await say({ contentType, body });
  expect(answer.status).toBe(415);
  expect(readAnswer(answer)).toMatchObject({ code: "unsupportedType" });
});

test.each(jsonCases.filter(({ code }) => code === "badJson"))(
  "a hello is refused that is JSON not as it must be: $name",
  async ({ body }) => {
    const bytes = body(hello);
    const isTooLarge = bytes.length > limits.requestBytes;
    const answer = await say({ body: bytes });
    expect(answer.status).toBe(isTooLarge ? 413 : 400);
    expect(readAnswer(answer)).toMatchObject({ code: isTooLarge ? "tooLarge" : "badJson" });
  },
);

test.each([...wrongValues(HelloSchema, good)])(
  "a hello is refused that is no hello: $pointer $what",
  async ({ pointer, value }) => {
    const body = JSON.stringify(value);
    const answer = await say({ body });
    const isTooLarge = Buffer.byteLength(body) > limits.requestBytes;
    expect(readAnswer(answer)).toMatchObject(
      isTooLarge ? { code: "tooLarge" } : { status: 400, code: "badRequest", pointer },
    );
  },
);
