import type { Files } from "../env/env.ts";

export type ShownCertificate = { kind: "files"; certPath: string } | { kind: "pem"; certPem: string };

/** What the server shows, in PEM; undefined when its file is gone. */
export async function shownPem(
  files: Pick<Files, "read">,
  certificate: ShownCertificate,
): Promise<string | undefined> {
  if (certificate.kind === "pem") return certificate.certPem;
  const bytes = await files.read(certificate.certPath);
  return bytes && new TextDecoder().decode(bytes);
}
