/** The port that a server listens on: taken before anything else is done, and where whoever runs the server finds it. */
import { X509Certificate } from "node:crypto";
import { join } from "node:path";
import { hostName, problem } from "@posthorn/protocol";
import type { OperatorPlace } from "./auth/operator-token.ts";
import type { Config } from "./config.ts";
import type { Env } from "./env/env.ts";
import type { CertificateSource } from "./http/certificate.ts";
import type { HttpHandler } from "./http/http.ts";
import { type Listener, listen } from "./http/listen.ts";
import { problemResponse } from "./http/problem-response.ts";

/** Where requests come in, from the moment the port is taken. */
export interface Door {
  port: number;
  /** Of the door for browsers on this machine; undefined where there is none. */
  pagePort: number | undefined;
  /** A sentence for the operator about the certificate it began with. */
  certificateWarning: string | undefined;
  /** Until then whoever calls is asked to come again. */
  answerWith(handler: HttpHandler): void;
  /** How whoever runs the server reaches it; told each time that this has changed. */
  place(): OperatorPlace["listener"];
  whenPlaceChanges(tell: () => void): void;
  close(graceMs: number): Promise<void>;
}

/** Throws a sentence for the operator, or what the platform throws, when nothing can be served there. */
export async function openDoor(
  config: Config,
  env: Env,
  certificate: CertificateSource | undefined,
): Promise<Door> {
  let handle: HttpHandler = isStarting;
  let tell: () => void = () => undefined;
  const serverName = hostName(new URL(config.endpoint).host);
  const answer: HttpHandler = (request) => handle(request);
  const listener: Listener = await listen(
    {
      port: config.port,
      ...(config.address === undefined ? {} : { address: config.address }),
      transport: certificate === undefined ? { kind: "proxied" } : { kind: "tls", certificate, serverName },
      certificateChanged: () => tell(),
    },
    env,
    answer,
  );
  const page = await openPage(config, env, answer);
  return {
    port: listener.port,
    pagePort: page?.port,
    certificateWarning: listener.certificateWarning,
    answerWith(handler) {
      handle = handler;
    },
    place: () => ({
      ...listener.place,
      certificate: listener.certificate && fingerprintOf(listener.certificate),
    }),
    whenPlaceChanges(told) {
      tell = told;
    },
    async close(graceMs) {
      await page?.close(graceMs);
      await listener.close(graceMs);
    },
  };
}

/** What `operator.json` says of a server, which in some tests has no door. */
export function operatorPlace({ endpoint, tls }: Config, door: Door | undefined): OperatorPlace {
  return {
    url: endpoint,
    caPath: tls.kind === "local" ? join(tls.caFolder, "ca.pem") : undefined,
    listener: door?.place(),
  };
}

const isStarting: HttpHandler = async () =>
  problemResponse(
    problem("unavailable", "The server is starting. Try again in a moment.", { retryAfterS: 5 }),
  );

/** A trial goes on without its door for browsers when something else is there. */
async function openPage({ pagePort }: Config, env: Env, answer: HttpHandler): Promise<Listener | undefined> {
  if (pagePort === undefined) return undefined;
  try {
    return await listen(
      { port: pagePort, address: "127.0.0.1", transport: { kind: "proxied" } },
      env,
      answer,
    );
  } catch (error) {
    env.log("warn", "no door for browsers", { port: pagePort, error });
    return undefined;
  }
}

function fingerprintOf(certPem: string): string {
  return new X509Certificate(certPem).fingerprint256.replaceAll(":", "").toLowerCase();
}
