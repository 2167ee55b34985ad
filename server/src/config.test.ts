import { DiscoverySchema, shape } from "@posthorn/protocol";
import { describe, expect, test } from "vitest";
import {
  type Config,
  ConfigError,
  readConfig,
  type Settings,
  settingNames,
  settingsFromEnvironment,
} from "./config.ts";

const absolute = (path: string) => `/srv/${path}`;
const proxied: Settings = { host: "example.com", proxied: "yes" };
const files: Settings = { host: "example.com", "tls-cert": "cert.pem", "tls-key": "key.pem" };
const local: Settings = { local: "yes" };

test("a host and its certificate are enough, and everything else is as the page for operators says", () => {
  expect(readConfig(files, absolute)).toEqual({
    host: "example.com",
    endpoint: "https://example.com",
    dataFolder: "/srv/posthorn-data",
    database: { kind: "sqlite" },
    port: 443,
    address: undefined,
    tls: { kind: "files", certPath: "/srv/cert.pem", keyPath: "/srv/key.pem" },
    contact: undefined,
    web: undefined,
    pagePort: undefined,
    newRoot: false,
    quotaBytes: 5 * 1024 ** 3,
    screening: true,
    greeting: false,
    sending: { recipientsPerMinute: 600, burst: 3_000 },
  } satisfies Config);
});

test("a trial on this machine needs nothing else, and nobody else reaches it", () => {
  expect(readConfig(local, absolute)).toMatchObject({
    host: "posthorn.localhost:8443",
    endpoint: "https://posthorn.localhost:8443",
    port: 8443,
    address: "127.0.0.1",
    tls: { kind: "local", caFolder: "/srv/posthorn-data/local-ca" },
  });
});

test.each<[string, Settings, Partial<Config>]>([
  ["host", { ...proxied, host: "xn--bcher-kva.example" }, { host: "xn--bcher-kva.example" }],
  [
    "port of a trial that names no host",
    { ...local, port: "9564" },
    { host: "posthorn.localhost:9564", endpoint: "https://posthorn.localhost:9564", port: 9564 },
  ],
  [
    "port of a trial that is the usual one of HTTPS",
    { ...local, port: "443" },
    { host: "posthorn.localhost", port: 443 },
  ],
  ["host of a trial", { ...local, host: "a.localhost:9000" }, { host: "a.localhost:9000", port: 9000 }],
  [
    "host of a trial without a port",
    { ...local, host: "a.localhost" },
    { endpoint: "https://a.localhost", port: 443 },
  ],
  [
    "endpoint",
    { ...proxied, endpoint: "https://mail.example.com" },
    { host: "example.com", endpoint: "https://mail.example.com" },
  ],
  [
    "endpoint with a slash",
    { ...proxied, endpoint: "https://mail.example.com/" },
    { endpoint: "https://mail.example.com" },
  ],
  [
    "endpoint of a trial",
    { ...local, host: "a.localhost:9000", endpoint: "https://mail.localhost:9001" },
    { endpoint: "https://mail.localhost:9001", port: 9001 },
  ],
  ["data", { ...proxied, data: "mail" }, { dataFolder: "/srv/mail" }],
  [
    "database",
    { ...proxied, database: "postgres://user@db/posthorn" },
    { database: { kind: "postgres", url: "postgres://user@db/posthorn" } },
  ],
  [
    "database by its other name",
    { ...proxied, database: "postgresql:///posthorn?host=/run/postgresql" },
    { database: { kind: "postgres", url: "postgresql:///posthorn?host=/run/postgresql" } },
  ],
  ["port behind a proxy when not said", proxied, { port: 8080 }],
  ["port", { ...proxied, port: "65535" }, { port: 65_535 }],
  ["port of nobody's choice", { ...proxied, port: "0" }, { port: 0 }],
  ["address", { ...proxied, address: "::1" }, { address: "::1" }],
  ["address of a trial", { ...local, address: "127.0.0.2" }, { address: "127.0.0.2" }],
  ["proxied", { ...proxied, proxied: "TRUE" }, { tls: { kind: "proxied" } }],
  [
    "proxied, when it is no",
    { ...files, proxied: "no" },
    { tls: expect.objectContaining({ kind: "files" }) },
  ],
  ["local, when it is 0", { ...proxied, local: "0" }, { tls: { kind: "proxied" } }],
  ["ca", { ...local, ca: "authority" }, { tls: { kind: "local", caFolder: "/srv/authority" } }],
  [
    "ca beside the data",
    { ...local, data: "mail" },
    { tls: { kind: "local", caFolder: "/srv/mail/local-ca" } },
  ],
  ["contact", { ...proxied, contact: "postmaster@example.com" }, { contact: "postmaster@example.com" }],
  ["quota", { ...proxied, quota: "1000000" }, { quotaBytes: 1_000_000 }],
  ["screening off", { ...proxied, screening: "no" }, { screening: false }],
  ["screening in a local trial", { local: "yes" }, { screening: false }],
  ["screening in a local trial that wants it", { local: "yes", screening: "yes" }, { screening: true }],
  ["a greeting with the web client", { ...proxied, web: "site" }, { greeting: true }],
  ["no greeting", { ...proxied, web: "site", greeting: "no" }, { greeting: false }],
  ["no greeting in a local trial", { ...local, web: "site" }, { greeting: false }],
  ["quota without end", { ...proxied, quota: "9007199254740991" }, { quotaBytes: Number.MAX_SAFE_INTEGER }],
  [
    "send-rate and send-burst",
    { ...proxied, "send-rate": "1", "send-burst": "1000000000" },
    { sending: { recipientsPerMinute: 1, burst: 1_000_000_000 } },
  ],
])("%s is taken", (_, settings, expected) => {
  expect(readConfig(settings, absolute)).toMatchObject(expected);
});

describe("refused with a sentence that names the setting:", () => {
  test.each<[string, Settings, string]>([
    ["no host", { proxied: "yes" }, "Give it as “host”, such as --host example.com."],
    [
      "any port that is free, of which addresses are to be made",
      { ...local, port: "0" },
      "In local trials the port is part of the addresses, so “port” cannot be any that is free.",
    ],
    ["a host in capitals", { ...proxied, host: "Example.com" }, "“host”: “Example.com” is not a host name."],
    ["a host of one label", { ...proxied, host: "example" }, "“host”: “example” is not a host name."],
    [
      "a host that is an address",
      { ...proxied, host: "192.0.2.1" },
      "“host”: “192.0.2.1” is not a host name.",
    ],
    ["a host with a dot behind", { ...proxied, host: "example.com." }, "is not a host name."],
    ["a host with a scheme", { ...proxied, host: "https://example.com" }, "is not a host name."],
    ["an empty host", { ...proxied, host: "" }, "“host”: “” is not a host name."],
    [
      "a host with a port",
      { ...proxied, host: "example.com:8443" },
      "“host” has a port, which only local trials may have",
    ],
    [
      "a trial under a real name",
      { ...local, host: "example.com" },
      "In local trials “host” ends in .localhost",
    ],
    [
      "a trial as localhost itself",
      { ...local, host: "localhost:8443" },
      "“host”: “localhost:8443” is not a host name.",
    ],
    [
      "a trial under a name that looks like one",
      { ...local, host: "a.localhost.example.com" },
      "ends in .localhost",
    ],
    [
      "an endpoint without scheme",
      { ...proxied, endpoint: "mail.example.com" },
      "“endpoint” is https:// and a host",
    ],
    [
      "an endpoint without TLS",
      { ...proxied, endpoint: "http://mail.example.com" },
      "“endpoint” is https:// and a host",
    ],
    ["an endpoint with a path", { ...proxied, endpoint: "https://example.com/mail" }, "without a path"],
    [
      "an endpoint with a user",
      { ...proxied, endpoint: "https://me@example.com" },
      "“endpoint”: “me@example.com” is not",
    ],
    [
      "an endpoint in capitals",
      { ...proxied, endpoint: "https://Mail.example.com" },
      "“endpoint”: “Mail.example.com” is not",
    ],
    [
      "an endpoint with a port",
      { ...proxied, endpoint: "https://mail.example.com:8443" },
      "“endpoint” has a port",
    ],
    [
      "another database",
      { ...proxied, database: "mysql://db/posthorn" },
      "“database” is the address of a PostgreSQL",
    ],
    [
      "a database that is a path",
      { ...proxied, database: "posthorn.db" },
      "“database” is the address of a PostgreSQL",
    ],
    ["a port beyond 65535", { ...proxied, port: "65536" }, "“port” is a whole number from 0 to 65535."],
    ["a port below 0", { ...proxied, port: "-1" }, "“port” is a whole number from 0 to 65535."],
    ["a port that is a word", { ...proxied, port: "https" }, "“port” is a whole number from 0 to 65535."],
    ["a port in hex", { ...proxied, port: "0x1bb" }, "“port” is a whole number from 0 to 65535."],
    ["an empty port", { ...proxied, port: "" }, "“port” is a whole number from 0 to 65535."],
    ["no certificate", { host: "example.com" }, "Give the certificate as “tls-cert” and “tls-key”"],
    [
      "a certificate without its key",
      { host: "example.com", "tls-cert": "cert.pem" },
      "“tls-cert” and “tls-key”",
    ],
    [
      "a key without its certificate",
      { host: "example.com", "tls-key": "key.pem" },
      "“tls-cert” and “tls-key”",
    ],
    ["a certificate beside a proxy", { ...files, proxied: "yes" }, "“proxied” says that a proxy ends TLS."],
    ["a certificate in a trial", { ...local, "tls-cert": "cert.pem" }, "“local” makes its own certificates."],
    ["a key in a trial", { ...local, "tls-key": "key.pem" }, "“local” makes its own certificates."],
    ["a proxy in a trial", { ...local, proxied: "yes" }, "“local” makes its own certificates."],
    ["proxied as a word", { ...proxied, proxied: "nginx" }, "“proxied” is yes or no."],
    ["local as a word", { ...local, local: "maybe" }, "“local” is yes or no."],
    ["an authority outside of a trial", { ...proxied, ca: "ca" }, "“ca” is for local trials only."],
    [
      "a contact over lines",
      { ...proxied, contact: "a@example.com\nb@example.com" },
      "“contact” is one line",
    ],
    ["a contact of 321 characters", { ...proxied, contact: "x".repeat(321) }, "at most 320 characters"],
    [
      "a quota below a megabyte",
      { ...proxied, quota: "999999" },
      "“quota” is a whole number from 1000000 to",
    ],
    ["a quota with a unit", { ...proxied, quota: "5GiB" }, "“quota” is a whole number"],
    ["a quota beyond counting", { ...proxied, quota: "9007199254740992" }, "“quota” is a whole number"],
    ["a rate of 0", { ...proxied, "send-rate": "0" }, "“send-rate” is a whole number from 1 to 1000000000."],
    [
      "a burst of 0",
      { ...proxied, "send-burst": "0" },
      "“send-burst” is a whole number from 1 to 1000000000.",
    ],
    ["a rate with a fraction", { ...proxied, "send-rate": "1.5" }, "“send-rate” is a whole number"],
  ])("%s", (_, settings, sentence) => {
    const read = () => readConfig(settings, absolute);
    expect(read).toThrow(ConfigError);
    expect(read).toThrow(sentence);
  });
});

test("the environment says every setting by its name in capitals, and an empty one says nothing", () => {
  const environment = Object.fromEntries(
    settingNames.map((name) => [`POSTHORN_${name.toUpperCase().replaceAll("-", "_")}`, `its ${name}`]),
  );
  const given = settingsFromEnvironment({
    ...environment,
    POSTHORN_DATA: "",
    PORT: "1",
    POSTHORN_OTHER: "x",
  });
  expect(Object.keys(given).sort()).toEqual(settingNames.filter((name) => name !== "data").sort());
  expect(given["tls-cert"]).toBe("its tls-cert");
  expect(settingsFromEnvironment({ posthorn_host: "a.test", POSTHORN_HOST: undefined })).toEqual({});
});

test("a contact that is taken makes no document that others refuse (§30.2)", () => {
  const { contact } = DiscoverySchema.properties;
  for (const text of ["postmaster@example.com", "https://example.com/imprint", "Zoë 😀", "x".repeat(320)]) {
    expect(readConfig({ ...proxied, contact: text }, absolute).contact).toBe(text);
    expect(shape(contact).matches(text)).toBe(true);
  }
});
