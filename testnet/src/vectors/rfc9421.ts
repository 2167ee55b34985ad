import { fromBase64Url, verifyRequest } from "@posthorn/crypto";
import {
  findMessageSignature,
  generateSigningKey,
  type HttpMessage,
  importVerifyKey,
  type RequestMessage,
  signBytes,
  verifyMessageSignature,
} from "@posthorn/crypto/parts";
import { listMember, member, readSet, textMember } from "./read.ts";
import { type SetResult, tally } from "./set.ts";

const ed25519 = "test-key-ed25519";

/**
 * The RFC's examples (appendix B.2). Of every one our signature base must be the RFC's; the one of Ed25519 must verify
 * and come out again byte for byte; the ones of other algorithms must not verify, by whatever name their key goes; and
 * our own profile must refuse them all.
 */
export async function runRfc9421(folder: string): Promise<SetResult> {
  const { count, note, result } = tally("RFC 9421 appendix B");
  const set = await readSet(folder, "rfc9421/vectors.json");
  const jwk = member(member(set, "keys"), ed25519);
  const verifyKey = await importVerifyKey(fromBase64Url(textMember(jwk, "x")));
  const signingKey = await generateSigningKey(fromBase64Url(textMember(jwk, "d")));
  for (const one of listMember(set, "cases")) {
    const label = textMember(one, "label");
    const message = readMessage(set, one);
    const found = findMessageSignature(message, label);
    const isOurs = textMember(one, "keyid") === ed25519;
    let fault: string | undefined;
    if (found === undefined) fault = "has no signature that can be read";
    else if (new TextDecoder().decode(found.base) !== textMember(one, "base")) fault = "has another base";
    else if ((await verifyMessageSignature(message, label, verifyKey)) !== isOurs)
      fault = isOurs ? "does not verify" : "verifies though it is of another algorithm";
    else if (isOurs && Buffer.compare(await signBytes(signingKey, found.base), found.signature) !== 0)
      fault = "is not signed alike";
    else if (await isAccepted(message)) fault = "was accepted by the fixed profile";
    if (!isOurs && fault === undefined) note("of other algorithms refused, their bases alike");
    count(`${label} ${textMember(one, "title")}`, fault);
  }
  return result();
}

async function isAccepted(message: HttpMessage): Promise<boolean> {
  if (message.kind === "answer") return false;
  const { method, authority, path, query, headers } = message;
  const ctx = { nowS: 1_618_884_473, destination: authority, findKey: () => Promise.resolve(undefined) };
  return (await verifyRequest({ method, authority, path, query, headers }, ctx)).ok;
}

function readMessage(set: unknown, one: unknown): HttpMessage {
  const request = readRequest(textMember(set, "request"));
  if (textMember(one, "over") === "request")
    return { ...request, headers: withSignature(request.headers, one) };
  const { start, headers } = readHead(textMember(set, "response"));
  // The RFC prints another digest with the answer than the one it signed; the base has the signed one.
  const signed = /^"content-digest": (.*)$/m.exec(textMember(one, "base"))?.[1];
  if (signed !== undefined) headers.set("content-digest", [signed]);
  const status = Number(start.split(" ")[1]);
  return { kind: "answer", status, headers: withSignature(headers, one), request };
}

function readRequest(text: string): RequestMessage {
  const { start, headers } = readHead(text);
  const [method = "", target = ""] = start.split(" ");
  const { host, pathname, search } = new URL(target, `https://${headers.get("host")?.[0]}`);
  return {
    kind: "request",
    method,
    scheme: "https",
    authority: host,
    path: pathname,
    query: search,
    headers,
  };
}

function readHead(message: string): { start: string; headers: Map<string, string[]> } {
  const [start = "", ...lines] = message.slice(0, message.indexOf("\n\n")).split("\n");
  const headers = new Map<string, string[]>();
  for (const line of lines) {
    const colon = line.indexOf(":");
    headers.set(line.slice(0, colon).toLowerCase(), [line.slice(colon + 1).trim()]);
  }
  return { start, headers };
}

function withSignature(headers: HttpMessage["headers"], one: unknown): HttpMessage["headers"] {
  return new Map([
    ...headers,
    ["signature-input", [textMember(one, "signatureInput")]],
    ["signature", [textMember(one, "signature")]],
  ]);
}
