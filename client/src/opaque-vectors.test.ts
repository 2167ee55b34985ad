/**
 * Registering and signing in as vectors/opaque.json has them. What chance gives is in the library's own states, which
 * are put together here of what the vectors say; only the nonce of the envelope cannot be given to it.
 */
import { readFileSync } from "node:fs";
import { ready, server } from "@serenity-kit/opaque";
import { beforeAll, describe, expect, test } from "vitest";
import { finishLogin, finishRegistration } from "./opaque.ts";

interface OpaqueVectors {
  good: readonly OpaqueVector[];
  bad: readonly {
    name: string;
    of: string;
    change: { password?: string; address?: string; host?: string; loginResponse?: string };
  }[];
}

interface OpaqueVector {
  name: string;
  address: string;
  host: string;
  password: string;
  passwordBytes: string;
  server: { oprfSeed: string; privateKey: string; publicKey: string };
  registration: Record<
    "blind" | "registrationRequest" | "registrationResponse" | "envelopeNonce" | "registrationRecord",
    string
  >;
  login: Record<
    "blind" | "clientNonce" | "clientSecret" | "startLoginRequest" | "loginResponse" | "finishLoginRequest",
    string
  >;
  exportKey: string;
}

const { good, bad }: OpaqueVectors = JSON.parse(
  readFileSync(new URL("../../vectors/opaque.json", import.meta.url), "utf8"),
);

const maskingKey = { begin: 32, end: 96 };

function joined(...texts: readonly string[]): string {
  return Buffer.concat(texts.map((text) => Buffer.from(text, "base64url"))).toString("base64url");
}

function partOf(text: string, { begin, end }: { begin: number; end: number }): string {
  return Buffer.from(text, "base64url").subarray(begin, end).toString("base64url");
}

function finish({ password, address, host, login }: OpaqueVector) {
  const { blind, startLoginRequest, clientSecret, clientNonce, loginResponse } = login;
  const state = joined(blind, startLoginRequest, clientSecret, clientNonce);
  return finishLogin(password, { address, host, mode: "sealed" }, { state, loginResponse });
}

beforeAll(() => ready);

describe.each(good)("$name", (vector) => {
  const { address, host, password, registration } = vector;

  test("is normalised before it is used", () => {
    expect(Buffer.from(password.normalize("NFC")).toString("hex")).toBe(vector.passwordBytes);
  });

  test("is registered, but for the nonce of the envelope and what comes of it", async () => {
    const { blind, registrationRequest, registrationResponse, registrationRecord } = registration;
    const state = joined(blind, registrationRequest);
    const made = await finishRegistration(
      password,
      { address, host, mode: "sealed" },
      { state, registrationResponse },
    );
    expect(partOf(made.registrationRecord, maskingKey)).toBe(partOf(registrationRecord, maskingKey));
    expect(partOf(registrationRecord, { begin: 96, end: 128 })).toBe(registration.envelopeNonce);
  });

  test("is answered by the server with these secrets", () => {
    const { oprfSeed, privateKey, publicKey } = vector.server;
    const { registrationResponse } = server.createRegistrationResponse({
      // The last one stands for those that no account has, and is not looked at here.
      serverSetup: joined(oprfSeed, privateKey, publicKey),
      userIdentifier: address,
      registrationRequest: registration.registrationRequest,
    });
    expect(registrationResponse).toBe(registration.registrationResponse);
    expect(partOf(registrationResponse, { begin: 32, end: 64 })).toBe(publicKey);
  });

  test("signs in, and gives the export key", async () => {
    const finished = await finish(vector);
    expect(finished?.finishLoginRequest).toBe(vector.login.finishLoginRequest);
    expect(Buffer.from(finished?.exportKey ?? []).toString("base64url")).toBe(vector.exportKey);
  });
});

describe("nobody is signed in by", () => {
  test.each(bad)("$name", async ({ of, change: { loginResponse, ...others } }) => {
    const base = good.find(({ name }) => name === of);
    if (base === undefined) throw new Error(`the vectors hold no case “${of}”`);
    const login = { ...base.login, ...(loginResponse === undefined ? {} : { loginResponse }) };
    const finished = await finish({ ...base, ...others, login }).catch(() => undefined);
    expect(finished).toBeUndefined();
  });
});
