import { recoveryProofKey, signClaim } from "@posthorn/crypto";
import { limits } from "@posthorn/protocol";
import { expect, test } from "vitest";
import { makeApiToken } from "../auth/api-token.ts";
import { authenticate } from "../auth/authenticate.ts";
import { openTrialAuth, remoteAddress, type TrialAuth } from "../auth/trial-auth.ts";
import { provenPassword, recoveryOf, registerSealed, rotate, type TrialOwner } from "../keys/trial-keys.ts";
import { onSqlite } from "../store/each-store.ts";
import { edge } from "./edge.ts";
import type { HttpHandler } from "./http.ts";
import { keysRoutes } from "./keys-routes.ts";
import { router } from "./router.ts";

const open = onSqlite();

async function withAlice() {
  const trial = await openTrialAuth(await open());
  const alice = await registerSealed(trial, "alice", "correct horse battery staple");
  const routes = keysRoutes({
    authenticate: (authorization) => authenticate(trial.ctx, authorization),
    auth: trial.ctx,
    lookUp: () => Promise.reject(new Error("nobody is looked up here")),
  });
  const handler = edge(router(routes), { log: () => undefined, random: trial.ctx.random, hsts: false });
  return { trial, alice, ask: asking(handler, alice.tokens.accessToken) };
}

function asking(handler: HttpHandler, usual: string) {
  return async (line: string, input?: unknown, token: string | undefined = usual) => {
    const [method = "", target = ""] = line.split(" ");
    const [path = "", query = ""] = target.split("?");
    async function* body() {
      if (input !== undefined) yield new TextEncoder().encode(JSON.stringify(input));
    }
    const headers = new Map([["authorization", [`Bearer ${token}`]]]);
    if (input !== undefined) headers.set("content-type", ["application/json"]);
    const answer = await handler({ method, path, query, headers, body: body(), remoteAddress });
    if (!(answer.body instanceof Uint8Array)) throw new Error("the answer is a stream");
    const text = new TextDecoder().decode(answer.body);
    return { status: answer.status, output: text === "" ? undefined : JSON.parse(text) };
  };
}

async function anotherPhrase({ ctx }: TrialAuth, { secrets, address }: TrialOwner) {
  const recovery = await recoveryOf({ ...secrets, entropy: ctx.random.bytes(16) }, address);
  return {
    recovery,
    signature: await signClaim(secrets.identity, { kind: "recovery", address, ...recovery }),
  };
}

test("the owner of a sealed account goes the whole way over HTTP", async () => {
  const { trial, alice, ask } = await withAlice();
  expect(await ask("GET /auth/secrets")).toMatchObject({ status: 200, output: { statements: alice.chain } });
  const { input } = await rotate(trial, alice);
  expect(await ask("POST /auth/keys", input)).toEqual({ status: 204, output: undefined });
  expect(await ask("POST /auth/keys", input)).toMatchObject({
    status: 409,
    output: { code: "changedMeanwhile" },
  });

  const begun = await ask("POST /auth/recover/start", { name: "alice" });
  const { recoveryId, challenge } = begun.output;
  const key = await recoveryProofKey(alice.secrets.entropy, alice.address);
  const claim = { kind: "recoverySignIn", address: alice.address, challenge } as const;
  const answer = { recoveryId, signature: await signClaim(key, claim) };
  const recovered = await ask("POST /auth/recover/finish", answer);
  expect(recovered).toMatchObject({ status: 200, output: { address: alice.address } });

  const { remoteAddress: _, ...password } = await provenPassword(trial, alice, "another");
  expect(await ask("POST /auth/password/start", { registrationRequest: "AAAA" })).toMatchObject({
    status: 400,
  });
  expect(await ask("POST /auth/password/finish", password)).toEqual({ status: 204, output: undefined });
  expect(await ask("GET /auth/secrets", undefined, recovered.output.accessToken)).toMatchObject({
    status: 401,
    output: { detail: "The password was changed. Sign in with the new one." },
  });
  expect(await ask("PUT /auth/recovery", await anotherPhrase(trial, alice))).toMatchObject({ status: 204 });
});

test("a program sees no secrets", async () => {
  const { trial, alice, ask } = await withAlice();
  const { token } = await makeApiToken(trial.ctx, alice.caller, { name: "notes", scopes: ["read", "draft"] });
  for (const line of [
    "GET /auth/secrets",
    "POST /auth/keys",
    "PUT /auth/recovery",
    "POST /auth/password/start",
  ]) {
    expect(await ask(line, undefined, token)).toMatchObject({ status: 403 });
  }
});

test("a statement can bring the secrets of as many epochs as an account can have", async () => {
  const { trial, alice, ask } = await withAlice();
  const { input } = await rotate(trial, alice);
  const wrapped = "A".repeat(139);
  const epochs = Array.from({ length: limits.wrappedEpochs }, (_, index) => ({
    keyId: String(index).padStart(22, "A"),
    wrapped,
  }));
  const answer = await ask("POST /auth/keys", { ...input, epochs });
  expect(answer).toMatchObject({ status: 400, output: { pointer: "/epochs/0/keyId" } });
});
