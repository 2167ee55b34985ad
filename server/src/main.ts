/** One server as a process: reads the settings, starts, and stops on a signal. `posthorn serve` runs the same. */
import { resolve } from "node:path";
import { hostName } from "@posthorn/protocol";
import { type Config, readConfig, type Settings, settingsFromEnvironment } from "./config.ts";
import type { EffectHook, Env } from "./env/env.ts";
import { openLocalCa } from "./env/local-ca.ts";
import { openEnv } from "./env/open-env.ts";
import type { CertificateSource } from "./http/certificate.ts";
import { type Server, startServer } from "./server.ts";
import { explainingStart } from "./start-fault.ts";

const graceMs = 10_000;

/** The settings of this process: what is given goes before the environment. Throws ConfigError. */
export function processConfig(given: Settings = {}): Config {
  return readConfig({ ...settingsFromEnvironment(process.env), ...given }, (path) => resolve(path));
}

export interface Outside {
  env: Env;
  certificate: CertificateSource | undefined;
  /** In local trials: the authority that clients on this machine must trust. */
  caPem: string | undefined;
}

/**
 * The real outside of a configuration: disk, network, clock, and the certificate it is to show. Throws an Error whose
 * message is a sentence for the operator.
 */
export function openOutside(config: Config, options: { effect?: EffectHook } = {}): Promise<Outside> {
  return explainingStart(config, async () => {
    const base = { ...options, failStop };
    const env = openEnv(base);
    const { tls } = config;
    if (tls.kind === "proxied") return { env, certificate: undefined, caPem: undefined };
    if (tls.kind === "files") return { env, certificate: tls, caPem: undefined };
    const ca = await openLocalCa(env.files, tls.caFolder, env.random, env.clock);
    const names = [config.host, new URL(config.endpoint).host].map(hostName);
    const { certPem, keyPem } = await ca.issue(names);
    return {
      env: openEnv({ ...base, local: { ca: ca.caPem, allowLoopback: true, allowPorts: true } }),
      certificate: { kind: "pem", certPem, keyPem },
      caPem: ca.caPem,
    };
  });
}

/** A disk that can no longer be trusted ends the process at once: going on could lose what was promised (I16). */
function failStop(reason: string): void {
  process.stderr.write(`Posthorn stops: ${reason}\n`);
  process.exit(70);
}

/** Runs a server until SIGTERM or SIGINT; a second signal does not wait for what is under way. */
export async function serve(
  config: Config,
  started: (server: Server) => void = () => undefined,
): Promise<void> {
  const { env, certificate } = await openOutside(config);
  const server = await startServer({ config, env, certificate });
  const told = firstSignal();
  started(server);
  await told;
  await server.stop(graceMs);
}

/** After the first of them both signals do again what they do to any process: they end it. */
function firstSignal(): Promise<void> {
  return new Promise((resolve) => {
    const stop = () => {
      for (const signal of ["SIGTERM", "SIGINT"] as const) process.off(signal, stop);
      resolve();
    };
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, stop);
  });
}

if (import.meta.main) {
  try {
    await serve(processConfig());
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
