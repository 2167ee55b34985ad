/**
 * Everything an operator can set, in one schema. `readConfig` takes settings from a plain record, which `main.ts` fills
 * from the environment and the command line: the only place where either is read.
 */
import {
  DiscoverySchema,
  hostName,
  hostPort,
  limits,
  ProblemError,
  parseHost,
  shape,
} from "@posthorn/protocol";

const gibibyte = 1024 ** 3;
const defaultData = "posthorn-data";
const contactShape = shape(DiscoverySchema.properties.contact);

export interface Config {
  /** The host in our addresses. */
  host: string;
  /** Origin where peers and clients reach us, without a path. */
  endpoint: string;
  /** Absolute path of the data folder. */
  dataFolder: string;
  /** Where the folder of the database is, or a PostgreSQL URL. */
  database: { kind: "sqlite" } | { kind: "postgres"; url: string };
  port: number;
  /** Address to listen on; undefined is every address, or this machine only behind a proxy. */
  address: string | undefined;
  tls:
    | { kind: "files"; certPath: string; keyPath: string }
    | { kind: "proxied" }
    /** Trials on one machine: our own certificate authority, kept in this folder. */
    | { kind: "local"; caFolder: string };
  contact: string | undefined;
  /** The folder of the web client; undefined when none is served. */
  web: string | undefined;
  /** In local trials: a port of this machine alone where browsers get the same without TLS, so that none has to trust us. */
  pagePort: number | undefined;
  /** The root key may be another than the one that the data knows: it was lost for good, or has leaked. */
  newRoot: boolean;
  /** What a new account may hold. */
  quotaBytes: number;
  /** In new accounts mail of people whom they do not know waits until their owner has said whether to take it. */
  screening: boolean;
  /** New accounts begin with a few letters of the postmaster. */
  greeting: boolean;
  /** Recipients an account may write to in a minute, and how many it may have saved up. */
  sending: { recipientsPerMinute: number; burst: number };
}

/** The settings by name, as text. Names of the environment are these in capitals after `POSTHORN_`. */
export const settings = {
  host: "the host in your addresses, such as example.com",
  endpoint: "where your server is reached when that is another name, such as https://mail.example.com",
  data: "the folder that keeps everything",
  database:
    "a PostgreSQL address such as postgres://user@db/posthorn; without it the data folder holds the database",
  port: "the port to listen on (443; 8080 behind a proxy; that of the endpoint in local trials)",
  address: "the address to listen on",
  "tls-cert": "the certificate file, with its chain, in PEM",
  "tls-key": "the certificate's key file, in PEM",
  proxied: "“yes” when a proxy on this machine ends TLS",
  local: "“yes” for trials on this machine: names below localhost with certificates of our own",
  ca: "with local: the folder of the certificate authority, to share one between servers",
  web: "the folder of the web client, or “no” for none (the one that comes with the program)",
  page: "with local: a port for browsers on this machine, without TLS, which they take for a secure place there",
  "new-root": "“yes” at one start, when the root key is lost for good or has leaked; other servers notice",
  contact: "an address or page where the operator can be reached",
  quota: "bytes a new account may hold (5 GiB)",
  screening: "“no” when mail of strangers is to come straight into new accounts (yes; no in local trials)",
  greeting:
    "“no” when new accounts are to begin empty, “yes” when with a few letters (yes with the web client; no in local trials)",
  "send-rate": "recipients an account may write to in a minute (600)",
  "send-burst": "recipients an account may write to at once (3000)",
} as const;

export type SettingName = keyof typeof settings;
export type Settings = Readonly<Partial<Record<SettingName, string>>>;

/** A setting that cannot be used; its message is a sentence for the operator. */
export class ConfigError extends Error {}

/** The settings of the environment: `POSTHORN_TLS_CERT` is `tls-cert`. */
export function settingsFromEnvironment(environment: Readonly<Record<string, string | undefined>>): Settings {
  const found: Partial<Record<SettingName, string>> = {};
  for (const name of settingNames) {
    const value = environment[`POSTHORN_${name.toUpperCase().replaceAll("-", "_")}`];
    if (value !== undefined && value !== "") found[name] = value;
  }
  return found;
}

export const settingNames = Object.keys(settings).filter(isSettingName);

function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(settings, name);
}

/**
 * The configuration of these settings. `resolvePath` makes a path absolute. Throws ConfigError with a sentence that
 * names the setting.
 */
export function readConfig(given: Settings, resolvePath: (path: string) => string): Config {
  const local = isOn(given, "local");
  const host = readHost(given, local);
  const endpoint = readEndpoint(given, host, local);
  const usualPort = local ? Number(new URL(endpoint).port || 443) : isOn(given, "proxied") ? 8080 : 443;
  const web = given.web === undefined || given.web === "no" ? undefined : resolvePath(given.web);
  return {
    host,
    endpoint,
    dataFolder: resolvePath(given.data ?? defaultData),
    database: given.database === undefined ? { kind: "sqlite" } : readDatabase(given.database),
    port: readPort(given) ?? usualPort,
    address: given.address ?? (local ? "127.0.0.1" : undefined),
    tls: readTls(given, local, resolvePath),
    contact: readContact(given),
    web,
    pagePort: local ? readNumber(given, "page", 0, 65_535) : undefined,
    newRoot: isOn(given, "new-root"),
    quotaBytes: readNumber(given, "quota", 1_000_000, Number.MAX_SAFE_INTEGER) ?? 5 * gibibyte,
    screening: given.screening === undefined ? !local : isOn(given, "screening"),
    greeting: given.greeting === undefined ? !local && web !== undefined : isOn(given, "greeting"),
    sending: {
      recipientsPerMinute: readNumber(given, "send-rate", 1, 1_000_000_000) ?? 600,
      burst: readNumber(given, "send-burst", 1, 1_000_000_000) ?? 3000,
    },
  };
}

function readHost(given: Settings, local: boolean): string {
  const text = given.host ?? (local ? usualLocalHost(given) : undefined);
  if (text === undefined) {
    throw new ConfigError(
      "Which host are your addresses to end in? Give it as “host”, such as --host example.com.",
    );
  }
  const host = orConfigError("host", () => parseHost(text));
  const name = hostName(host);
  if (!local && name !== host)
    throw new ConfigError(`“host” has a port, which only local trials may have: ${host}.`);
  if (local && !name.endsWith(".localhost")) {
    throw new ConfigError(
      `In local trials “host” ends in .localhost, such as alpha.localhost:8443; ${host} does not.`,
    );
  }
  return host;
}

/** The port is part of a trial's addresses, so without a host the one that is listened on says which it is. */
function usualLocalHost(given: Settings): string {
  const port = readPort(given) ?? 8443;
  if (port === 0) {
    throw new ConfigError(
      "In local trials the port is part of the addresses, so “port” cannot be any that is free. Give a number, or a “host”.",
    );
  }
  return port === 443 ? "posthorn.localhost" : `posthorn.localhost:${port}`;
}

function readPort(given: Settings): number | undefined {
  return readNumber(given, "port", 0, 65_535);
}

function readEndpoint(given: Settings, host: string, local: boolean): string {
  if (given.endpoint === undefined) return `https://${host}`;
  const name = /^https:\/\/([^/]+)\/?$/.exec(given.endpoint)?.[1];
  if (name === undefined)
    throw new ConfigError(
      "“endpoint” is https:// and a host, such as https://mail.example.com, without a path.",
    );
  const endpoint = orConfigError("endpoint", () => `https://${parseHost(name)}`);
  if (!local && hostPort(name) !== undefined)
    throw new ConfigError("“endpoint” has a port, which only local trials may have.");
  return endpoint;
}

/** It stands in the discovery document, and a document with a fault is none to other servers. */
function readContact({ contact }: Settings): string | undefined {
  if (contact === undefined || contactShape.matches(contact)) return contact;
  throw new ConfigError(`“contact” is one line of at most ${limits.contact} characters.`);
}

function readDatabase(url: string): Config["database"] {
  if (/^postgres(?:ql)?:\/\//.test(url)) return { kind: "postgres", url };
  throw new ConfigError("“database” is the address of a PostgreSQL database and begins with postgres://.");
}

function readTls(given: Settings, local: boolean, resolvePath: (path: string) => string): Config["tls"] {
  const { "tls-cert": cert, "tls-key": key } = given;
  const proxied = isOn(given, "proxied");
  const hasFiles = cert !== undefined || key !== undefined;
  if (local) {
    if (proxied || hasFiles)
      throw new ConfigError(
        "“local” makes its own certificates. Leave “proxied”, “tls-cert” and “tls-key” out.",
      );
    return { kind: "local", caFolder: resolvePath(given.ca ?? `${given.data ?? defaultData}/local-ca`) };
  }
  if (given.ca !== undefined) throw new ConfigError("“ca” is for local trials only. Leave it out.");
  if (proxied && hasFiles)
    throw new ConfigError(
      "“proxied” says that a proxy ends TLS. Leave “tls-cert” and “tls-key” out, or “proxied”.",
    );
  if (proxied) return { kind: "proxied" };
  if (cert === undefined || key === undefined) {
    throw new ConfigError(
      "Give the certificate as “tls-cert” and “tls-key”, or say “proxied” when a proxy ends TLS, or “local” to try Posthorn on this machine.",
    );
  }
  return { kind: "files", certPath: resolvePath(cert), keyPath: resolvePath(key) };
}

function isOn(given: Settings, name: "local" | "proxied" | "new-root" | "screening" | "greeting"): boolean {
  const value = given[name]?.toLowerCase();
  if (value === undefined || value === "no" || value === "false" || value === "0") return false;
  if (value === "yes" || value === "true" || value === "1") return true;
  throw new ConfigError(`“${name}” is yes or no.`);
}

function readNumber(
  given: Settings,
  name: "page" | "port" | "quota" | "send-rate" | "send-burst",
  least: number,
  most: number,
): number | undefined {
  const text = given[name];
  if (text === undefined) return undefined;
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new ConfigError(`“${name}” is a whole number from ${least} to ${most}.`);
}

function orConfigError<T>(name: SettingName, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof ProblemError) throw new ConfigError(`“${name}”: ${error.message}`);
    throw error;
  }
}
