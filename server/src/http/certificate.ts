import { createPrivateKey, X509Certificate } from "node:crypto";
import { type CertificateFault, findCertificateFault } from "../admin/certificate-fault.ts";
import type { Clock, Files, Log } from "../env/env.ts";

/** Where the certificate comes from: files, which are looked at again and again, or texts in local trials. */
export type CertificateSource =
  | { kind: "files"; certPath: string; keyPath: string }
  | { kind: "pem"; certPem: string; keyPem: string };

export interface Certificate {
  cert: string;
  key: string;
}

/** The certificate as it is now. Throws with a sentence for the operator when a file is missing or the two are no pair. */
export async function readCertificate(
  files: Pick<Files, "read">,
  source: CertificateSource,
): Promise<Certificate> {
  if (source.kind === "pem") return { cert: source.certPem, key: source.keyPem };
  const found = { cert: await readText(files, source.certPath), key: await readText(files, source.keyPath) };
  if (isPair(found)) return found;
  throw new Error(
    `The key in ${source.keyPath} does not belong to the certificate in ${source.certPath}, or one of them is damaged.`,
  );
}

/** The platform itself would take an empty text for a certificate and then refuse every handshake. */
function isPair({ cert, key }: Certificate): boolean {
  try {
    return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}

async function readText(files: Pick<Files, "read">, path: string): Promise<string> {
  const content = await files.read(path).catch((error: Error) => {
    throw new Error(`The file ${path} cannot be read: ${error.message}.`, { cause: error });
  });
  if (content === undefined)
    throw new Error(`There is no file ${path}. Put the certificate and its key in place, then start again.`);
  return new TextDecoder().decode(content);
}

/** What the certificate shown under a name is held against. */
export interface CertificateContext {
  files: Pick<Files, "read">;
  clock: Pick<Clock, "now">;
  log: Log;
  /** The DNS name that callers ask for. */
  serverName: string;
}

export interface FirstCertificate {
  certificate: Certificate;
  /** A sentence for the operator about what will keep callers away, or does already. */
  warning: string | undefined;
}

/**
 * The certificate to begin with. One whose time is over is shown all the same, with a warning: whoever runs the server
 * must be able to look at it. Throws a sentence for the operator when it is another host's, and as `readCertificate`.
 */
export async function openCertificate(
  ctx: CertificateContext,
  source: CertificateSource,
): Promise<FirstCertificate> {
  const certificate = await readCertificate(ctx.files, source);
  const fault = faultOf(ctx, certificate);
  if (fault?.kind === "otherHost") throw new Error(`${pathOf(source)}: ${fault.detail}`);
  if (fault !== undefined) warn(ctx, source, fault);
  return { certificate, warning: fault?.detail };
}

function faultOf(
  { serverName, clock }: CertificateContext,
  { cert }: Certificate,
): CertificateFault | undefined {
  return findCertificateFault(cert, serverName, clock.now());
}

function warn({ log }: CertificateContext, source: CertificateSource, { detail }: CertificateFault): void {
  log("warn", "certificate", { path: pathOf(source), detail });
}

function pathOf(source: CertificateSource): string {
  return source.kind === "files" ? source.certPath : "the trial's certificate";
}

/**
 * Keeps the certificate in use in step with its files. The two files are replaced one after the other, so a pair that
 * does not match is left alone and looked at again next time; and so is one that is worse than what is shown.
 */
export class CertificateWatch {
  readonly #ctx: CertificateContext;
  readonly #source: CertificateSource;
  readonly #use: (certificate: Certificate) => void;
  #current: Certificate;
  /** What was said of the files last: the same again is not worth another line every minute. */
  #said: string | undefined;

  constructor(
    ctx: CertificateContext,
    source: CertificateSource,
    current: Certificate,
    use: (certificate: Certificate) => void,
  ) {
    this.#ctx = ctx;
    this.#source = source;
    this.#current = current;
    this.#use = use;
  }

  /** The one in use, in PEM. */
  get current(): string {
    return this.#current.cert;
  }

  /** Looks once; never throws. */
  async look(): Promise<void> {
    if (this.#source.kind === "pem") return;
    const { files, log } = this.#ctx;
    const path = pathOf(this.#source);
    try {
      const found = await readCertificate(files, this.#source);
      if (found.cert === this.#current.cert && found.key === this.#current.key) return;
      const fault = faultOf(this.#ctx, found);
      if (fault !== undefined && this.#isWorse(fault)) throw new Error(fault.detail);
      this.#current = found;
      this.#use(found);
      this.#said = undefined;
      log("info", "certificate reloaded", { path });
      if (fault !== undefined) warn(this.#ctx, this.#source, fault);
    } catch (error) {
      const said = String(error);
      if (said !== this.#said) log("warn", "certificate not reloaded", { path, error: said });
      this.#said = said;
    }
  }

  /** Whether callers who believe the certificate in use would not believe one with this fault. */
  #isWorse({ kind }: CertificateFault): boolean {
    if (kind === "otherHost") return true;
    if (kind === "endsSoon") return false;
    const now = faultOf(this.#ctx, this.#current);
    return now === undefined || now.kind === "endsSoon";
  }
}
