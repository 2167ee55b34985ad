import { ready, server } from "@serenity-kit/opaque";
import { beforeAll, expect, test } from "vitest";
import {
  finishLogin,
  finishRegistration,
  type OpaqueParties,
  startLogin,
  startRegistration,
} from "./opaque.ts";

const password = "correct horse battery";
const alice: OpaqueParties = { address: "alice@a.test", host: "a.test", mode: "sealed" };

let serverSetup: string;
let record: string;
let exportKey: Uint8Array;

async function registerAt(setup: string): Promise<string> {
  const { request, state } = await startRegistration(password);
  const { registrationResponse } = server.createRegistrationResponse({
    serverSetup: setup,
    userIdentifier: alice.address,
    registrationRequest: request,
  });
  const finished = await finishRegistration(password, alice, { state, registrationResponse });
  exportKey = finished.exportKey;
  return finished.registrationRecord;
}

async function loginAt(setup: string, parties: OpaqueParties, typed = password) {
  const { request, state } = await startLogin(typed);
  const { loginResponse, serverLoginState } = server.startLogin({
    serverSetup: setup,
    userIdentifier: alice.address,
    registrationRecord: record,
    startLoginRequest: request,
    identifiers: { client: parties.address, server: parties.host },
  });
  return { serverLoginState, finish: await finishLogin(typed, alice, { state, loginResponse }) };
}

beforeAll(async () => {
  await ready;
  serverSetup = server.createSetup();
  record = await registerAt(serverSetup);
});

test("The password proves itself to the server that registered it (RFC 9807 §6)", async () => {
  const { serverLoginState, finish } = await loginAt(serverSetup, alice);
  const finishLoginRequest = finish?.finishLoginRequest ?? "";
  const identifiers = { client: alice.address, server: alice.host };
  const { sessionKey } = server.finishLogin({ serverLoginState, finishLoginRequest, identifiers });
  expect(sessionKey).not.toBe("");
});

test("The password gives the client the same export key at each sign-in, and the server none of it", async () => {
  const { finish } = await loginAt(serverSetup, alice);
  expect(finish?.exportKey).toEqual(exportKey);
  expect(exportKey.length).toBe(64);
  expect(record).not.toContain(Buffer.from(exportKey).toString("base64url"));
});

test("A wrong password proves nothing", async () => {
  expect((await loginAt(serverSetup, alice, "correct horse batterY")).finish).toBeUndefined();
});

test("A record taken to another server, address or host proves nothing there", async () => {
  expect((await loginAt(server.createSetup(), alice)).finish).toBeUndefined();
  expect((await loginAt(serverSetup, { ...alice, address: "bob@a.test" })).finish).toBeUndefined();
  expect((await loginAt(serverSetup, { ...alice, host: "b.test" })).finish).toBeUndefined();
});

test("A password that was stretched more cheaply does not open the account: the cost is ours to say (threats F6)", async () => {
  const { client } = await import("@serenity-kit/opaque");
  const { registrationRequest, clientRegistrationState } = client.startRegistration({ password });
  const cheap = client.finishRegistration({
    password,
    clientRegistrationState,
    registrationResponse: server.createRegistrationResponse({
      serverSetup,
      userIdentifier: alice.address,
      registrationRequest,
    }).registrationResponse,
    identifiers: { client: alice.address, server: alice.host },
    keyStretching: { "argon2id-custom": { memory: 8, iterations: 1, parallelism: 1 } },
  }).registrationRecord;
  const ours = record;
  record = cheap;
  expect((await loginAt(serverSetup, alice)).finish).toBeUndefined();
  record = ours;
});
