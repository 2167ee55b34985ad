/** The link by which a device that is signed in brings a new one in: a secret that goes from screen to camera, never to a server. */
import { checkAccountAddress } from "./account-address.ts";
import { bindTexts } from "./bind-texts.ts";
import { hkdfSha256 } from "./hkdf.ts";

const secretBytes = 32;

/**
 * What a link's secret of 32 bytes stands for: the token that the server knows the link by, and the key that wraps the
 * root secret for the new device. From the token nobody can make the key. Throws Error for a secret of another length.
 */
export async function deviceLinkKeys(
  secret: Uint8Array,
  address: string,
): Promise<{ token: Uint8Array; key: Uint8Array }> {
  if (secret.length !== secretBytes) {
    throw new Error(`A link's secret has ${secretBytes} bytes, not ${secret.length}.`);
  }
  checkAccountAddress(address);
  const make = (purpose: string) =>
    hkdfSha256(secret, bindTexts(`posthorn-device-link-${purpose}-v1`, [address]), secretBytes);
  return { token: await make("token"), key: await make("key") };
}
