import { limits, type Message, problem, type SendAnswer } from "@posthorn/protocol";
import { expect, test } from "vitest";
import { makeApi } from "./api.ts";
import { compose } from "./compose.ts";
import { handPlatform } from "./hand-platform.ts";
import { type Answer, answerJson, bodyOf, serve } from "./node/test-server.ts";
import { nodeTransport } from "./node/transport.ts";
import { cancelSend, isSettled, send, sendBatch, sendStatus, waitUntilSettled } from "./send.ts";

async function apiTo(answer: Answer) {
  const server = await serve(answer);
  const platform = handPlatform(nodeTransport({ ca: server.ca, localhost: true }));
  return { platform, api: makeApi(platform, server.origin, { token: async () => "t" }) };
}

const composing = handPlatform(() => Promise.reject(new Error("composing asks no server")));

function letter(body = "hi"): Message {
  return compose(composing, { from: "alice@a.test", to: ["bob@b.test"], body });
}

function answerFor(id: string, status: SendAnswer["recipients"][number]["status"]): SendAnswer {
  return { id, recipients: [{ address: "bob@b.test", status }] };
}

/** Answers each line of a batch as the server does. */
function lineAnswers(body: string): string {
  const lines = body.split("\n").filter((line) => line !== "");
  return lines
    .map((line) => {
      const message: Message = JSON.parse(line);
      const refused = line.includes("refuse me");
      const answer = refused
        ? { id: null, status: 422, recipients: [], problem: problem("invalidMessage", "No.") }
        : { status: 202, ...answerFor(message.id, "queued") };
      return `${JSON.stringify(answer)}\n`;
    })
    .join("");
}

test("A message is handed over as it is, with what is to be held in the query", async () => {
  const seen: [string | undefined, string][] = [];
  const { api } = await apiTo(async (request, response) => {
    const body = (await bodyOf(request)).toString();
    seen.push([request.url, body]);
    answerJson(response, 202, answerFor(JSON.parse(body).id, "queued"));
  });
  const message = letter();
  expect(await send(api, message)).toEqual(answerFor(message.id, "queued"));
  await send(api, message, { undoS: 10 });
  await send(api, message, { sendAt: "2026-12-01T00:00:00Z" });
  expect(seen.map(([url]) => url)).toEqual([
    "/email/send",
    "/email/send?undo=10",
    "/email/send?sendAt=2026-12-01T00%3A00%3A00Z",
  ]);
  expect(seen.every(([, body]) => body === JSON.stringify(message))).toBe(true);
  await expect(send(api, message, { undoS: 10, sendAt: "2026-12-01T00:00:00Z" })).rejects.toThrow("not both");
});

test("A message whose answer was lost on a kept connection is handed over again with the same bytes", async () => {
  const bodies: string[] = [];
  const { api } = await apiTo(async (request, response) => {
    bodies.push((await bodyOf(request)).toString());
    if (bodies.length === 2) request.socket.destroy();
    else answerJson(response, 202, answerFor(JSON.parse(bodies.at(-1) ?? "").id, "queued"));
  });
  await send(api, letter());
  await send(api, letter());
  expect(bodies).toHaveLength(3);
  expect(bodies[2]).toBe(bodies[1]);
});

test("A batch is answered line by line in its order, a refused line harming no other", async () => {
  const { api } = await apiTo(async (request, response) => {
    expect(request.headers["content-type"]).toBe("application/x-ndjson");
    const body = (await bodyOf(request)).toString();
    response.writeHead(202, { "content-type": "application/x-ndjson" }).end(lineAnswers(body));
  });
  const messages = [letter(), letter("refuse me"), letter("two\nlines")];
  const lines = await sendBatch(api, messages);
  expect(lines.map((line) => line.status)).toEqual([202, 422, 202]);
  expect(lines.map((line) => line.id)).toEqual(messages.map((message) => message.id));
  expect(lines[1]?.problem?.detail).toBe("No.");
  expect(await sendBatch(api, [])).toEqual([]);
});

test("A long batch goes in as many requests as the server's limits ask for", async () => {
  const sizes: [number, number][] = [];
  const { api } = await apiTo(async (request, response) => {
    const body = await bodyOf(request);
    sizes.push([body.toString().split("\n").length - 1, body.length]);
    response.writeHead(202, { "content-type": "application/x-ndjson" }).end(lineAnswers(body.toString()));
  });
  const many = Array.from({ length: 250 }, () => letter());
  expect(await sendBatch(api, many)).toHaveLength(250);
  expect(sizes.map(([lines]) => lines)).toEqual([100, 100, 50]);
  sizes.length = 0;
  const fat = Array.from({ length: 25 }, () => letter("x".repeat(190_000)));
  expect(await sendBatch(api, fat)).toHaveLength(25);
  expect(sizes.length).toBeGreaterThan(1);
  expect(Math.max(...sizes.map(([, bytes]) => bytes))).toBeLessThanOrEqual(limits.batchBytes);
});

test("A batch answered with too few lines, or with lines that are none, is told as no answer", async () => {
  for (const answer of ["", '{"id":1}\n', "<html>\n"]) {
    const { api } = await apiTo(async (request, response) => {
      await bodyOf(request);
      response.writeHead(202, { "content-type": "application/x-ndjson" }).end(answer);
    });
    await expect(sendBatch(api, [letter()])).rejects.toMatchObject({ name: "UnexpectedAnswer" });
  }
});

test("Waiting ends when every copy is settled, showing each change once and asking ever less often", async () => {
  const steps: SendAnswer["recipients"][number]["status"][] = [
    "queued",
    "queued",
    "sending",
    "retrying",
    "retrying",
    "retrying",
    "retrying",
    "retrying",
    "retrying",
    "delivered",
  ];
  const { api, platform } = await apiTo((request, response) => {
    answerJson(response, 200, answerFor((request.url ?? "").slice(-36), steps.shift() ?? "delivered"));
  });
  const { id } = letter();
  const changes: string[] = [];
  const answer = await waitUntilSettled(api, id, {
    onChange: ({ recipients }) => changes.push(recipients[0]?.status ?? ""),
  });
  expect(answer).toEqual(answerFor(id, "delivered"));
  expect(isSettled(answer)).toBe(true);
  expect(changes).toEqual(["queued", "sending", "retrying", "delivered"]);
  expect(platform.slept).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000]);
});

test("Waiting no longer than asked gives the last answer, settled or not", async () => {
  const { api, platform } = await apiTo((request, response) => {
    answerJson(response, 200, answerFor((request.url ?? "").slice(-36), "retrying"));
  });
  const answer = await waitUntilSettled(api, letter().id, { timeoutMs: 1_000 });
  expect(isSettled(answer)).toBe(false);
  expect(platform.slept.reduce((sum, ms) => sum + ms, 0)).toBe(1_000);
});

test("A status is asked for and a held message taken back by id", async () => {
  const seen: string[] = [];
  const { api } = await apiTo((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    const id = (request.url ?? "").slice(-36);
    answerJson(response, 200, answerFor(id, request.method === "DELETE" ? "cancelled" : "queued"));
  });
  const { id } = letter();
  expect(await sendStatus(api, id)).toEqual(answerFor(id, "queued"));
  expect(isSettled(await cancelSend(api, id))).toBe(true);
  expect(seen).toEqual([`GET /email/send/${id}`, `DELETE /email/send/${id}`]);
});
