/** Whether everybody else reaches a server: by its public name, with a certificate they believe, as the host it is. */
import { connect } from "node:tls";
import { type Api, discover, makeApi, type Platform, Unreachable } from "@posthorn/client";
import { formatTime } from "@posthorn/protocol";
import { findCertificateFault, findDiscoveryFault } from "@posthorn/server";
import { localTime } from "../times.ts";
import { type Finding, look, skipped, well, wrong } from "./finding.ts";

const connectMs = 10_000;

export interface PublicWay {
  /** Calls as everybody does, not by the listener on this machine. */
  platform: Platform;
  /** Origin where the server is to be reached. */
  endpoint: string;
  /** The authority of a local trial, in PEM. */
  ca: string | undefined;
}

const names = {
  address: "public address",
  certificate: "shown certificate",
  discovery: "discovery",
} as const;

/** Three findings, of which one is wrong at most for one cause; `own` is undefined when the server itself is down. */
export async function lookAtPublicWay(
  way: PublicWay,
  own: { api: Api; host: string } | undefined,
): Promise<Finding[]> {
  const failure = await callHealth(way);
  if (failure !== undefined && !isAboutTls(failure)) {
    const why = `Nothing is known of it: ${way.endpoint} is not reached.`;
    const unreached = [skipped(names.certificate, why), skipped(names.discovery, why)];
    if (own === undefined)
      return [skipped(names.address, `It is not reached either: ${failure.message}`), ...unreached];
    return [wrong(names.address, failure.message, adviceFor(failure)), ...unreached];
  }
  const certificate = await look(names.certificate, () => lookAtCertificate(way));
  if (failure !== undefined) {
    const address =
      certificate.ok === false
        ? skipped(names.address, "It is reached, but its certificate is not believed.")
        : wrong(names.address, failure.message, adviceFor(failure));
    return [address, certificate, skipped(names.discovery, "Its certificate is not believed.")];
  }
  const discovery =
    own === undefined
      ? skipped(names.discovery, "The server did not answer.")
      : await look(names.discovery, () => lookAtDiscovery(way, own));
  return [well(names.address, way.endpoint), certificate, discovery];
}

/** Why the server is not reached; undefined when it is. */
async function callHealth({ platform, endpoint }: PublicWay): Promise<Error | undefined> {
  try {
    await makeApi(platform, endpoint).call("health", {});
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function isAboutTls(failure: Error): boolean {
  return failure instanceof Unreachable && failure.reason === "tls";
}

function adviceFor(failure: Error): string {
  switch (failure instanceof Unreachable ? failure.reason : "other") {
    case "name":
      return "Give the name a DNS record, A or AAAA, with the address of this machine or of the proxy before it.";
    case "connect":
    case "timeout":
      return (
        "Start the proxy if there is one, and open port 443 to it or to the server. " +
        "Some routers lead nobody inside to their own outer address: then look from elsewhere."
      );
    default:
      return "See what answers there: the server, or the proxy before it, must.";
  }
}

/** The document by which others find this server, fetched and checked as they do. */
async function lookAtDiscovery(
  { platform, endpoint }: PublicWay,
  { api, host }: { api: Api; host: string },
): Promise<Finding> {
  const name = names.discovery;
  const document = await discover(platform, host).catch((error: unknown) => String(error));
  if (typeof document === "string") {
    return wrong(
      name,
      document.replace(/^\w*Error: |^Unreachable: /, ""),
      `Others ask https://${host}/.well-known/posthorn and must be answered.`,
    );
  }
  const fault = await findDiscoveryFault(document, host, platform.clock.now());
  if (fault !== undefined) {
    return wrong(
      name,
      `${host} describes itself wrongly: ${fault}`,
      "Start the server again; if it stays, look at its keys folder.",
    );
  }
  if (document.endpoint !== endpoint) {
    return wrong(
      name,
      `${host} sends others to ${document.endpoint}, but this server is reached at ${endpoint}.`,
      "Start the server with the --endpoint that others are to use.",
    );
  }
  const ours = await api.call("discovery", { query: { host } });
  if (document.rootKey !== ours.rootKey) {
    return wrong(
      name,
      `Another server answers for ${host}: its root key is not the one here.`,
      "Look where the name leads, and stop the other one.",
    );
  }
  const ends = document.keys.map(({ validUntil }) => validUntil).sort();
  return well(name, `keys good until ${localTime(ends.at(-1) ?? "")}`);
}

/** The certificate as it is shown at the server's public address, by the server itself or by a proxy before it. */
async function lookAtCertificate({ platform, endpoint, ca }: PublicWay): Promise<Finding> {
  const name = names.certificate;
  const { hostname } = new URL(endpoint);
  const shown = await shownCertificate(endpoint, ca);
  const fault = findCertificateFault(shown.pem, hostname, platform.clock.now());
  if (fault !== undefined)
    return wrong(name, fault.detail, "See that the server, or the proxy before it, shows the new one.");
  if (shown.distrust !== undefined)
    return wrong(name, ...(distrusts[shown.distrust] ?? [`It is not believed (${shown.distrust}).`, getOne]));
  return well(name, `good until ${localTime(formatTime(shown.endsAt))}`);
}

const getOne = "Get one from an authority that everybody trusts, such as Let's Encrypt.";
const noChain: readonly [detail: string, next: string] = [
  "The certificate is shown without the chain that leads to an authority, or that authority is not known here.",
  "Give the whole chain, a file that is often called fullchain.pem.",
];
const selfMade: readonly [detail: string, next: string] = [
  "No authority that is known here has vouched for the certificate.",
  getOne,
];

/** By the platform's code. */
const distrusts: Readonly<Record<string, readonly [detail: string, next: string]>> = {
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: noChain,
  UNABLE_TO_GET_ISSUER_CERT: noChain,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: noChain,
  SELF_SIGNED_CERT_IN_CHAIN: selfMade,
  DEPTH_ZERO_SELF_SIGNED_CERT: selfMade,
};

interface Shown {
  pem: string;
  endsAt: number;
  /** The platform's code for why it is not believed; undefined when it is. */
  distrust: string | undefined;
}

/** Looked at also when it is not believed, to say why. */
function shownCertificate(endpoint: string, ca: string | undefined): Promise<Shown> {
  const { hostname, port } = new URL(endpoint);
  const host = hostname.endsWith(".localhost") ? "127.0.0.1" : hostname;
  return new Promise((resolve, reject) => {
    const socket = connect(
      {
        host,
        port: Number(port || 443),
        servername: hostname,
        timeout: connectMs,
        rejectUnauthorized: false,
        ...(ca === undefined ? {} : { ca }),
      },
      () => {
        const certificate = socket.getPeerX509Certificate();
        const { authorized, authorizationError } = socket;
        socket.destroy();
        if (certificate === undefined) return reject(new Error(`${hostname} shows no certificate.`));
        const distrust = authorized ? undefined : codeOf(authorizationError);
        const endsAt = certificate.validToDate.getTime();
        resolve({ pem: certificate.toString(), endsAt, distrust });
      },
    );
    socket.on("timeout", () => {
      socket.destroy();
      reject(new Error(`${hostname} did not answer in time.`));
    });
    socket.on("error", (error) =>
      reject(new Error(`${hostname} does not speak TLS there (${codeOf(error)}).`)),
    );
    socket.on("close", () => reject(new Error(`${hostname} hung up before TLS was ready.`)));
  });
}

/** The platform gives the code itself where its types promise an error. */
function codeOf(error: Error | string): string {
  if (typeof error === "string") return error;
  return "code" in error ? String(error.code) : error.message;
}
