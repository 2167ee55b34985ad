import { createPrivateKey, generateKeyPairSync, sign } from "node:crypto";

/** A certificate for tests that signs itself, so that it is its own authority (RFC 5280 §4.1). */
export interface TestCertificate {
  certPem: string;
  keyPem: string;
}

const ecdsaWithSha256 = der(0x30, der(0x06, Buffer.from("2a8648ce3d040302", "hex")));
const alternativeNames = der(0x06, Buffer.from("551d11", "hex"));
const dayMs = 86_400_000;

/** Valid for these names from yesterday to tomorrow, or until two days ago. */
export function makeTestCertificate(
  names: readonly string[],
  options: { expired?: boolean } = {},
): TestCertificate {
  const { privateKey: keyPem, publicKey } = generateKeyPairSync("ec", {
    namedCurve: "P-256",
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "der" },
  });
  const name = nameOf(names[0] ?? "localhost");
  const lastDay = options.expired === true ? -2 : 1;
  const validity = der(0x30, timeOf(lastDay - 3), timeOf(lastDay));
  const dnsNames = names.map((dnsName) => der(0x82, Buffer.from(dnsName)));
  const extension = der(0x30, alternativeNames, der(0x04, der(0x30, ...dnsNames)));
  const toBeSigned = der(
    0x30,
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1])),
    ecdsaWithSha256,
    name,
    validity,
    name,
    publicKey,
    der(0xa3, der(0x30, extension)),
  );
  const signature = sign("sha256", toBeSigned, createPrivateKey(keyPem));
  const certificate = der(0x30, toBeSigned, ecdsaWithSha256, der(0x03, Buffer.from([0]), signature));
  return {
    certPem: `-----BEGIN CERTIFICATE-----\n${certificate.toString("base64")}\n-----END CERTIFICATE-----\n`,
    keyPem,
  };
}

function nameOf(commonName: string): Buffer {
  const attribute = der(0x30, der(0x06, Buffer.from("550403", "hex")), der(0x0c, Buffer.from(commonName)));
  return der(0x30, der(0x31, attribute));
}

function timeOf(days: number): Buffer {
  const text = new Date(Date.now() + days * dayMs).toISOString();
  return der(0x18, Buffer.from(`${text.slice(0, 19).replace(/[-:T]/g, "")}Z`));
}

function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const head =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...head]), content]);
}
