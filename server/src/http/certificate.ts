import { createPrivateKey, X509Certificate } from "node:crypto";
import type { Files, Log } from "../env/env.ts";

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

/**
 * Keeps the certificate in use in step with its files. The two files are replaced one after the other, so a pair that
 * does not match is left alone and looked at again next time.
 */
export class CertificateWatch {
  readonly #files: Pick<Files, "read">;
  readonly #source: CertificateSource;
  readonly #use: (certificate: Certificate) => void;
  readonly #log: Log;
  #current: Certificate;

  constructor(
    files: Pick<Files, "read">,
    source: CertificateSource,
    current: Certificate,
    use: (certificate: Certificate) => void,
    log: Log,
  ) {
    this.#files = files;
    this.#source = source;
    this.#current = current;
    this.#use = use;
    this.#log = log;
  }

  /** Looks once; never throws. */
  async look(): Promise<void> {
    if (this.#source.kind === "pem") return;
    try {
      const found = await readCertificate(this.#files, this.#source);
      if (found.cert === this.#current.cert && found.key === this.#current.key) return;
      this.#use(found);
      this.#current = found;
      this.#log("info", "certificate reloaded", { path: this.#source.certPath });
    } catch (error) {
      this.#log("warn", "certificate not reloaded", { path: this.#source.certPath, error: String(error) });
    }
  }
}
