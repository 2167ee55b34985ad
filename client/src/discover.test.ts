import { expect, test } from "vitest";
import { discover } from "./discover.ts";
import { handPlatform } from "./hand-platform.ts";
import { discoveryOf } from "./node/test-accounts.ts";
import { makeTestCertificate } from "./node/test-certificate.ts";
import { answerJson, serve } from "./node/test-server.ts";
import { nodeTransport } from "./node/transport.ts";

const certificate = makeTestCertificate(["a.localhost", "mail.localhost"]);
const platform = handPlatform(nodeTransport({ ca: certificate.certPem, localhost: true }));

/** A host a.localhost that puts its endpoint at mail.localhost, which gives `confirmation` when asked for the host. */
async function delegating(confirmation: (host: string, endpoint: string) => object) {
  const asked: string[] = [];
  let host = "";
  let endpoint = "";
  const mail = await serve(
    (request, response) => {
      asked.push(request.url ?? "");
      answerJson(response, 200, confirmation(host, endpoint));
    },
    { certificate, name: "mail.localhost" },
  );
  const front = await serve((_, response) => answerJson(response, 200, discoveryOf(host, endpoint)), {
    certificate,
  });
  host = front.host;
  endpoint = mail.origin;
  return { host, endpoint, asked };
}

test("A host is its own endpoint when it says so", async () => {
  let host = "";
  const server = await serve(
    (_, response) => answerJson(response, 200, discoveryOf(host, `https://${host}`)),
    {
      certificate,
    },
  );
  host = server.host;
  expect(await discover(platform, host)).toMatchObject({ host, endpoint: server.origin });
});

test("An endpoint on another name counts once the server there confirms it", async () => {
  const { host, endpoint, asked } = await delegating(discoveryOf);
  expect(await discover(platform, host)).toMatchObject({ host, endpoint });
  expect(asked).toEqual([`/.well-known/posthorn?host=${encodeURIComponent(host)}`]);
});

test("An endpoint that speaks for another host, or names another endpoint, is refused", async () => {
  const others = [
    (_: string, endpoint: string) => discoveryOf("b.test", endpoint),
    (host: string) => discoveryOf(host, "https://elsewhere.test"),
  ];
  for (const confirmation of others) {
    const { host } = await delegating(confirmation);
    await expect(discover(platform, host)).rejects.toMatchObject({ problem: { code: "misdirected" } });
  }
});

test("A server that speaks for another host than the one asked is refused", async () => {
  const server = await serve(
    (_, response) => answerJson(response, 200, discoveryOf("b.test", "https://b.test")),
    {
      certificate,
    },
  );
  await expect(discover(platform, server.host)).rejects.toThrow("speaks for b.test");
});

test("What is no host name is refused before anything is asked", async () => {
  for (const text of [
    "",
    "localhost",
    "https://a.test",
    "A.test",
    "a.test/path",
    "user@a.test",
    "127.0.0.1",
  ]) {
    await expect(discover(platform, text)).rejects.toMatchObject({ problem: { code: "badHost" } });
  }
});
