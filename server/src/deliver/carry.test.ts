import { importVerifyKey, verifyRequest } from "@posthorn/crypto";
import { problem } from "@posthorn/protocol";
import { describe, expect, it } from "vitest";
import { carry } from "./carry.ts";
import { deliverRemote } from "./remote.ts";
import {
  type Answer,
  hang,
  hashOf,
  letter,
  openTrialWire,
  refused,
  type Told,
  takeAll,
  verdicts,
  wantsFirst,
} from "./trial-peer.ts";

const never = new AbortController().signal;
const files = ["first file", "second file"].map((text) => new TextEncoder().encode(text));
const hashes = files.map(hashOf);
const withFiles = { ...letter(1, { files }), recipients: [{ deliveryId: 1, id: "bob" }] };
const lacking = { message: withFiles, hashes };
const wants = wantsFirst(new Map([[withFiles.messageId, hashes]]));

async function open(answer: Answer = wants) {
  const wire = await openTrialWire();
  for (const [index, file] of files.entries()) wire.files.set(hashes[index] ?? "", file);
  return { wire, peer: await wire.join("b.test", answer) };
}

const isUpload = (request: { method: string }) => request.method === "PUT";

describe("carrying the files of a message", () => {
  it("brings each and then the message", async () => {
    const { wire, peer } = await open();
    const result = await carry(wire.remote, "b.test", lacking, 1, never);
    expect(result).toEqual({
      results: new Map([[1, { state: "delivered" }]]),
      lacking: [],
      host: { kind: "answered" },
    });
    expect(peer.requests.map(({ method, url }) => `${method} ${url.pathname}`)).toEqual([
      `PUT /email/blob/${hashes[0]}`,
      `PUT /email/blob/${hashes[1]}`,
      "POST /email/receive",
    ]);
    expect([...peer.blobs.values()].map((bytes) => Buffer.from(bytes))).toEqual(
      files.map((bytes) => Buffer.from(bytes)),
    );
  });

  it("signs the hash in the path as the digest of the bytes, and says their number", async () => {
    const { wire, peer } = await open();
    await carry(wire.remote, "b.test", { ...lacking, hashes: hashes.slice(0, 1) }, 1, never);
    const [request] = peer.requests;
    const headers = new Map(Object.entries(request?.headers ?? {}).map(([name, value]) => [name, [value]]));
    const path = request?.url.pathname ?? "";
    const verified = await verifyRequest(
      { method: "PUT", authority: "b.test", path, query: "?", headers },
      {
        nowS: wire.clock.now() / 1_000,
        destination: "b.test",
        findKey: () => importVerifyKey(wire.remote.key().signingKey.publicKey),
      },
    );
    expect(verified.ok && Buffer.from(verified.contentDigest).toString("hex")).toBe(hashes[0]);
    expect(request?.headers["content-length"]).toBe(String(files[0]?.length));
  });

  it.each<[string, Told, string]>([
    ["the wire is cut", "cut", "b.test did not answer: the wire failed: cut"],
    [
      "the host refuses a file",
      { status: 403, body: JSON.stringify(problem("forbidden", "No.")) },
      "b.test did not take a file of this message (403).",
    ],
    ["the host asks to be left alone", { status: 503, body: "{}" }, "b.test asks to be tried later (503)."],
  ])("defers this message alone and says nothing of the host when %s", async (_, told, detail) => {
    const { wire, peer } = await open((request, asked) => (isUpload(request) ? told : wants(request, asked)));
    expect(await carry(wire.remote, "b.test", lacking, 1, never)).toMatchObject({
      results: new Map([[1, { state: "deferred", problem: { code: "unavailable", detail } }]]),
      host: { kind: "untold" },
    });
    expect(peer.requests).toHaveLength(1);
  });

  it("defers the message when a file is no longer here, or the host is not to be found", async () => {
    const { wire } = await open();
    wire.files.clear();
    const gone = await carry(wire.remote, "b.test", lacking, 1, never);
    expect(gone.results.get(1)).toMatchObject({
      problem: { detail: "A file of this message is no longer on this server." },
    });
    const lost = await carry(wire.remote, "gone.test", lacking, 1, never);
    expect(lost).toMatchObject({ host: { kind: "untold" } });
    expect(lost.results.get(1)?.state).toBe("deferred");
  });

  it.each([
    ["as any other", 1, undefined],
    ["for six hours, when that is not the first time", 2, 21_600],
  ])(
    "defers the message when the host wants its files again although it has just had them: %s",
    async (_, attempt, retryAfterS) => {
      const again: Answer = (request, peer) =>
        isUpload(request)
          ? takeAll(request, peer)
          : verdicts(request, (message) =>
              refused(message, problem("blobsMissing", "First.", { missing: hashes })),
            );
      const { wire, peer } = await open(again);
      const result = await carry(wire.remote, "b.test", lacking, attempt, never);
      const [told] = result.results.values();
      expect(told).toMatchObject({
        state: "deferred",
        problem: { detail: "b.test has taken the files of this message and says that it lacks them still." },
      });
      expect(told?.state === "deferred" && told.problem.retryAfterS).toBe(retryAfterS);
      expect(result).toMatchObject({ lacking: [], host: { kind: "answered" } });
      expect(peer.requests).toHaveLength(3);
    },
  );

  it("goes on where it was cut: the host asks only for what it still lacks", async () => {
    let uploads = 0;
    const { wire, peer } = await open((request, asked) =>
      isUpload(request) && ++uploads === 2 ? "cut" : wants(request, asked),
    );
    const first = await carry(wire.remote, "b.test", lacking, 1, never);
    expect(first.results.get(1)?.state).toBe("deferred");
    const asked = await deliverRemote(wire.remote, "b.test", [withFiles], never);
    expect(asked.lacking).toEqual([{ message: withFiles, hashes: hashes.slice(1) }]);
    for (const still of asked.lacking) {
      const second = await carry(wire.remote, "b.test", still, 1, never);
      expect(second.results.get(1)?.state).toBe("delivered");
    }
    expect(peer.requests.filter(isUpload).map(({ url }) => url.pathname.slice(-64))).toEqual([
      hashes[0],
      hashes[1],
      hashes[1],
    ]);
  });

  it("ends when it is cut, and then says nothing of the host or of the message", async () => {
    const cut = new AbortController();
    const { wire, peer } = await open((request) => hang(wire.clock, request));
    const carrying = carry(wire.remote, "b.test", lacking, 1, cut.signal);
    await expect.poll(() => peer.requests.length).toBe(1);
    cut.abort();
    expect(await carrying).toEqual({ results: new Map(), lacking: [], host: { kind: "untold" } });
    expect(peer.requests).toHaveLength(1);
  });
});
