import type { IncomingMessage } from "node:http";
import { type ErrorCode, formatTime, problem } from "@posthorn/protocol";
import { server as opaque, ready } from "@serenity-kit/opaque";
import { type HandPlatform, handPlatform } from "../hand-platform.ts";
import { answerJson, bodyOf, serve, type TestServer } from "./test-server.ts";
import { nodeTransport } from "./transport.ts";

/**
 * The server's half of signing in for tests: true OPAQUE, access tokens that live ten minutes on the test's clock, and
 * refresh tokens that work once. One invitation, `invite-for-anybody`, is good for any number of accounts.
 */
export interface TestAccounts {
  server: TestServer;
  platform: HandPlatform;
  host: string;
  /** Each request as `METHOD /path`. */
  seen: string[];
  /** Every body that came, to be searched for what must not be in it. */
  bodies: string[];
  /** Ends every session. */
  endAll(sentence: string): void;
  /** The access tokens given out so far are no longer taken, as after a restart with new keys. */
  distrustAccess(): void;
}

const lifeS = 600;

interface Answered {
  status: number;
  value?: object;
}

function ok(status: number, value: object): Answered {
  return { status, value };
}

function refuse(code: ErrorCode, detail: string): Answered {
  const refusal = problem(code, detail);
  return { status: refusal.status, value: refusal };
}

export async function serveAccounts(options: { speaksFor?: string } = {}): Promise<TestAccounts> {
  await ready;
  const serverSetup = opaque.createSetup();
  const records = new Map<string, string>();
  const logins = new Map<string, { state: string; address: string }>();
  const sessions = new Map<string, { address: string; turn: number; ended: string | undefined }>();
  const access = new Map<string, { session: string; expiresAt: number }>();
  const seen: string[] = [];
  const bodies: string[] = [];
  let count = 0;

  const server = await serve(async (request, response) => {
    const body = (await bodyOf(request)).toString();
    seen.push(`${request.method} ${request.url}`);
    bodies.push(body);
    const { status, value } = answer(request, body === "" ? {} : JSON.parse(body));
    if (value === undefined) response.writeHead(status).end();
    else answerJson(response, status, value);
  });
  const platform = handPlatform(nodeTransport({ ca: server.ca, localhost: true }));
  const host = options.speaksFor ?? server.host;

  function answer(request: IncomingMessage, input: Record<string, string>): Answered {
    const address = `${input.name}@${host}`;
    const identifiers = { client: address, server: `${host}/open` };
    switch (request.url) {
      case "/.well-known/posthorn":
        return ok(200, discoveryOf(host, server.origin));
      case "/auth/invite/invite-for-anybody":
        return ok(200, { host, name: null, expiresAt: formatTime(platform.nowMs) });
      case "/auth/register/start": {
        const { registrationRequest = "" } = input;
        return ok(
          200,
          opaque.createRegistrationResponse({ serverSetup, userIdentifier: address, registrationRequest }),
        );
      }
      case "/auth/register/finish":
        records.set(address, input.registrationRecord ?? "");
        return ok(201, open(address));
      case "/auth/login/start": {
        const { serverLoginState, loginResponse } = opaque.startLogin({
          serverSetup,
          userIdentifier: address,
          registrationRecord: records.get(address),
          startLoginRequest: input.startLoginRequest ?? "",
          identifiers,
        });
        const loginId = `login-${++count}-of-this-test`;
        logins.set(loginId, { state: serverLoginState, address });
        return ok(200, { loginId, loginResponse });
      }
      case "/auth/login/finish": {
        const login = logins.get(input.loginId ?? "");
        if (login === undefined) return refuse("unauthorized", "This sign-in took too long.");
        opaque.finishLogin({
          serverLoginState: login.state,
          finishLoginRequest: input.finishLoginRequest ?? "",
          identifiers: { client: login.address, server: `${host}/open` },
        });
        return ok(200, open(login.address));
      }
      case "/auth/refresh":
        return refresh(input.refreshToken ?? "");
      default:
        return answerKnown(request);
    }
  }

  function open(address: string): object {
    const session = `session-${++count}`;
    sessions.set(session, { address, turn: 0, ended: undefined });
    return tokensOf(session);
  }

  function tokensOf(session: string): object {
    const { address = "", turn = 0 } = sessions.get(session) ?? {};
    const accessToken = `access-token-of-this-test-${++count}`;
    access.set(accessToken, { session, expiresAt: platform.nowMs + lifeS * 1000 });
    const refreshToken = `refresh.${session}.${turn}`;
    return { accessToken, refreshToken, expiresInS: lifeS, accountId: "1", address };
  }

  function refresh(token: string): Answered {
    const [, name = "", turn] = token.split(".");
    const session = sessions.get(name);
    if (session === undefined) return refuse("unauthorized", "This sign-in has ended. Sign in again.");
    if (session.ended === undefined && Number(turn) !== session.turn) {
      session.ended = "This sign-in was used from two places and has been ended. Sign in again.";
    }
    if (session.ended !== undefined) return refuse("unauthorized", session.ended);
    session.turn++;
    return ok(200, tokensOf(name));
  }

  function answerKnown(request: IncomingMessage): Answered {
    const token = (request.headers.authorization ?? "").replace("Bearer ", "");
    const found = access.get(token);
    const session = found && sessions.get(found.session);
    const isApiToken = token === "ph_token";
    if (!isApiToken && (found === undefined || session === undefined)) {
      return refuse("unauthorized", "The access token is not valid. Sign in again.");
    }
    if (session?.ended !== undefined) return refuse("unauthorized", session.ended);
    if (found !== undefined && found.expiresAt <= platform.nowMs) {
      return refuse("tokenExpired", "The access token has expired.");
    }
    if (request.url === "/auth/secrets") {
      return ok(200, { statements: [], password: null, recovery: null, epochs: [] });
    }
    if (request.url === "/auth/logout") {
      if (session !== undefined) session.ended = "You have signed out. Sign in again.";
      return { status: 204 };
    }
    return ok(200, jmapSessionOf(session?.address ?? `robot@${host}`));
  }

  return {
    server,
    platform,
    host,
    seen,
    bodies,
    endAll(sentence) {
      for (const session of sessions.values()) session.ended = sentence;
    },
    distrustAccess: () => access.clear(),
  };
}

function jmapSessionOf(username: string): object {
  const urls = { apiUrl: "", downloadUrl: "", uploadUrl: "", eventSourceUrl: "" };
  return { capabilities: {}, accounts: {}, primaryAccounts: {}, username, ...urls, state: "s" };
}

export function discoveryOf(host: string, endpoint: string): object {
  const key = "A".repeat(43);
  const validity = { validFrom: "2026-01-01T00:00:00Z", validUntil: "2027-01-01T00:00:00Z" };
  return {
    version: 1,
    host,
    endpoint,
    rootKey: key,
    keys: [{ id: "1", algorithm: "ed25519", publicKey: key, ...validity, rootSignature: "A".repeat(86) }],
    oldKeys: [],
    limits: {},
    types: ["email"],
  };
}
