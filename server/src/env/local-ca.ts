import { createHash, webcrypto } from "node:crypto";
import { join } from "node:path";
import type { Clock, Files, Random } from "./env.ts";

/**
 * A certificate authority for trials on one machine. It can vouch for `localhost` and names below it only, by a name
 * constraint in its own certificate, so that a browser told to trust it cannot be fooled about any other name.
 */
export interface LocalCa {
  /** The authority's certificate, to be trusted by whoever takes part in the trial. */
  caPem: string;
  /** A certificate for these names, valid 90 days; the stored one while it has 30 days left. */
  issue(hostNames: readonly string[]): Promise<LocalCertificate>;
}

export interface LocalCertificate {
  certPem: string;
  keyPem: string;
}

const dayMs = 86_400_000;
const caDays = 3_650;
const leafDays = 90;
const renewLeftDays = 30;
/** Clocks of one household differ. */
const backdatedMs = 3_600_000;
const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

interface Ca extends LocalCertificate {
  key: webcrypto.CryptoKey;
}

type X509 = typeof import("@peculiar/x509");

/** Opens the authority kept in `folder`, or makes one there: `ca.pem` to hand out, the rest readable by the owner only. */
export async function openLocalCa(
  files: Files,
  folder: string,
  random: Random,
  clock: Clock,
): Promise<LocalCa> {
  // Loaded here because only trials need it; it wants the metadata polyfill to have run first.
  await import("reflect-metadata");
  const x509 = await import("@peculiar/x509");
  x509.cryptoProvider.set(webcrypto);
  const authority = new Authority(x509, files, folder, random, clock);
  const ca = await authority.open();
  return { caPem: ca.certPem, issue: (hostNames) => authority.issue(ca, hostNames) };
}

class Authority {
  readonly #x509: X509;
  readonly #files: Files;
  readonly #folder: string;
  readonly #random: Random;
  readonly #clock: Clock;

  constructor(x509: X509, files: Files, folder: string, random: Random, clock: Clock) {
    this.#x509 = x509;
    this.#files = files;
    this.#folder = folder;
    this.#random = random;
    this.#clock = clock;
  }

  async open(): Promise<Ca> {
    await this.#files.makeFolder(this.#folder);
    const kept = (await this.#read("ca-with-key.pem")) ?? (await this.#makeCa());
    const shown = await this.#files.read(join(this.#folder, "ca.pem"));
    if (shown === undefined || new TextDecoder().decode(shown) !== kept.certPem)
      await this.#write("ca.pem", kept.certPem);
    return { ...kept, key: await this.#importKey(kept.keyPem) };
  }

  async issue(ca: Ca, hostNames: readonly string[]): Promise<LocalCertificate> {
    for (const name of hostNames) {
      if (name === "localhost" || name.endsWith(".localhost")) continue;
      throw new Error(
        `The local certificate authority vouches for names below localhost only, not for ${name}.`,
      );
    }
    const names = [...new Set(hostNames)].sort();
    const identity = createHash("sha256")
      .update(`${ca.certPem}\n${names.join("\n")}`)
      .digest("hex");
    const fileName = `leaf-${identity.slice(0, 32)}.pem`;
    return (await this.#read(fileName)) ?? (await this.#makeLeaf(ca, names, fileName));
  }

  /** A kept certificate with its key, undefined when there is none or it ends too soon. */
  async #read(fileName: string): Promise<LocalCertificate | undefined> {
    const content = await this.#files.read(join(this.#folder, fileName));
    if (content === undefined) return undefined;
    const text = new TextDecoder().decode(content);
    const [certPem, keyPem] = text.split(/(?=-----BEGIN PRIVATE KEY-----)/);
    if (certPem === undefined || keyPem === undefined) return undefined;
    const ends = new this.#x509.X509Certificate(certPem).notAfter.getTime();
    return ends - this.#clock.now() < renewLeftDays * dayMs ? undefined : { certPem, keyPem };
  }

  async #makeCa(): Promise<LocalCertificate> {
    const { BasicConstraintsExtension, KeyUsageFlags, KeyUsagesExtension, SubjectKeyIdentifierExtension } =
      this.#x509;
    const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
    const certificate = await this.#x509.X509CertificateGenerator.createSelfSigned({
      ...this.#serialAndDates(caDays),
      name: "CN=Posthorn local trials",
      keys,
      signingAlgorithm: algorithm,
      extensions: [
        new BasicConstraintsExtension(true, 0, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
        await SubjectKeyIdentifierExtension.create(keys.publicKey),
        onlyLocalhost(this.#x509),
      ],
    });
    return this.#keep("ca-with-key.pem", `${certificate.toString("pem")}\n`, keys.privateKey);
  }

  async #makeLeaf(ca: Ca, names: readonly string[], fileName: string): Promise<LocalCertificate> {
    const { ExtendedKeyUsage, ExtendedKeyUsageExtension, KeyUsageFlags, KeyUsagesExtension } = this.#x509;
    const { AuthorityKeyIdentifierExtension, BasicConstraintsExtension, SubjectAlternativeNameExtension } =
      this.#x509;
    const issuer = new this.#x509.X509Certificate(ca.certPem);
    const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
    const certificate = await this.#x509.X509CertificateGenerator.create({
      ...this.#serialAndDates(leafDays),
      subject: `CN=${names[0] ?? "localhost"}`,
      issuer: issuer.subject,
      publicKey: keys.publicKey,
      signingKey: ca.key,
      signingAlgorithm: algorithm,
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
        new SubjectAlternativeNameExtension(names.map((value) => ({ type: "dns", value }))),
        await AuthorityKeyIdentifierExtension.create(issuer),
      ],
    });
    return this.#keep(fileName, `${certificate.toString("pem")}\n`, keys.privateKey);
  }

  #serialAndDates(days: number): { serialNumber: string; notBefore: Date; notAfter: Date } {
    const now = this.#clock.now();
    // A positive integer of 16 bytes (RFC 5280 §4.1.2.2).
    const serial = Buffer.from(this.#random.bytes(16));
    serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
    return {
      serialNumber: serial.toString("hex"),
      notBefore: new Date(now - backdatedMs),
      notAfter: new Date(now + days * dayMs),
    };
  }

  /** Certificate and key in one file, so that no crash can leave a pair that does not match. */
  async #keep(fileName: string, certPem: string, privateKey: webcrypto.CryptoKey): Promise<LocalCertificate> {
    const keyBytes = await webcrypto.subtle.exportKey("pkcs8", privateKey);
    const keyPem = `${this.#x509.PemConverter.encode(keyBytes, "PRIVATE KEY")}\n`;
    await this.#write(fileName, certPem + keyPem);
    return { certPem, keyPem };
  }

  async #importKey(keyPem: string): Promise<webcrypto.CryptoKey> {
    const [keyBytes] = this.#x509.PemConverter.decode(keyPem);
    if (keyBytes === undefined)
      throw new Error(`The key in ${this.#folder}/ca-with-key.pem is damaged. Remove the file.`);
    return webcrypto.subtle.importKey("pkcs8", keyBytes, algorithm, false, ["sign"]);
  }

  async #write(fileName: string, text: string): Promise<void> {
    await this.#files.writeDurably(join(this.#folder, fileName), new TextEncoder().encode(text));
  }
}

const nameConstraintsOid = "2.5.29.30";

/** NameConstraints (RFC 5280 §4.2.1.10) with one permitted subtree, the DNS name `localhost`, in DER. */
function onlyLocalhost(x509: X509): InstanceType<X509["Extension"]> {
  const dnsName = der(0x82, new TextEncoder().encode("localhost"));
  const permittedSubtrees = der(0xa0, der(0x30, dnsName));
  return new x509.Extension(nameConstraintsOid, true, der(0x30, permittedSubtrees));
}

function der(tag: number, content: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array([tag, content.length, ...content]);
}
