/** Bringing a new device in by a link that goes from one screen to the other device's camera, and past every server. */
import { deviceLinkKeys, findBase64Url, fromBase64Url, toBase64Url, wrapRootSecret } from "@posthorn/crypto";
import { fail, formatAddress, parseAddress } from "@posthorn/protocol";
import { makeApi } from "./api.ts";
import { discover } from "./discover.ts";
import type { AccountMode } from "./opaque.ts";
import type { Platform } from "./platform.ts";
import { keepOpen, type Session, type SignInOptions, signIn } from "./session.ts";

/** As secret as the password, for ten minutes and one use. */
export interface DeviceLink {
  /** `name@host` in lower case. */
  address: string;
  /** Whether the account has keys is said here, so that no server can say it has none. */
  mode: AccountMode;
  /** 32 random bytes in base64url. */
  secret: string;
}

const secretBytes = 32;

/**
 * Makes a link for one new device, in the place of the one that this device has made before; the server keeps what it
 * cannot open. Throws ProblemError `forbidden` for a program's token.
 */
export async function makeDeviceLink(
  session: Session,
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<DeviceLink & { expiresAtMs: number }> {
  const { address, platform, keys } = session;
  const secret = platform.randomBytes(secretBytes);
  const { token, key } = await deviceLinkKeys(secret, address);
  const rootSecret = await keys.findRootSecret();
  const wrapped = rootSecret && (await wrapRootSecret(key, { address, way: "device" }, rootSecret));
  const { expiresAt } = await session.call("createDeviceLink", {
    input: { token: toBase64Url(token), ...(wrapped && { wrapped: toBase64Url(wrapped) }) },
    signal,
  });
  const mode = wrapped === undefined ? "open" : "sealed";
  return { address, mode, secret: toBase64Url(secret), expiresAtMs: Date.parse(expiresAt) };
}

/** As it stands behind the `#` of a link, where no server sees it. */
export function formatDeviceLink({ address, mode, secret }: DeviceLink): string {
  return [address, mode, secret].join("/");
}

/** Undefined for what is none, or not whole. */
export function parseDeviceLink(text: string): DeviceLink | undefined {
  const [, written = "", mode, secret = ""] =
    /^([^/#\s]+)\/(sealed|open)\/([A-Za-z0-9_-]{43})$/.exec(text.trim()) ?? [];
  if (findBase64Url(secret)?.length !== secretBytes) return undefined;
  if (mode !== "sealed" && mode !== "open") return undefined;
  try {
    return { address: formatAddress(parseAddress(written)), mode, secret };
  } catch {
    return undefined;
  }
}

/**
 * Signs this device in by the link of another. Throws ProblemError `gone` when it was used or is over,
 * `keysNotBelieved` when the server shows other keys than those of the account, `forbidden`, `rateLimited`.
 */
export async function joinByLink(
  platform: Platform,
  { address, mode, secret }: DeviceLink,
  options: SignInOptions = {},
): Promise<Session> {
  const { signal, device } = options;
  const { endpoint } = await discover(platform, parseAddress(address).host, { signal });
  const { token, key } = await deviceLinkKeys(fromBase64Url(secret), address);
  const { tokens, wrapped } = await makeApi(platform, endpoint).call("redeemDeviceLink", {
    input: { token: toBase64Url(token), ...(device === undefined ? {} : { device }) },
    signal,
  });
  if (mode === "open") return keepOpen(platform, { address, endpoint, tokens }, options);
  if (wrapped === null) {
    return fail(
      "keysNotBelieved",
      `The server keeps back the keys of ${address}, so nothing was opened. Tell whoever runs it.`,
    );
  }
  return signIn(platform, { address, endpoint, tokens, unlock: { way: "device", key, wrapped } }, options);
}
