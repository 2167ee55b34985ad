/** The one place where a text becomes a script's address (Trusted Types): only those of the build's own files do. */

interface TrustedPolicy {
  createScriptURL(url: string): string;
}

declare global {
  interface Window {
    trustedTypes?: {
      createPolicy(name: string, rules: { createScriptURL(url: string): string }): TrustedPolicy;
    };
  }
}

let policy: TrustedPolicy | undefined;

/** Throws Error for an address of another origin. */
export function scriptUrl(url: URL): string | URL {
  if (window.trustedTypes === undefined) return own(url);
  policy ??= window.trustedTypes.createPolicy("posthorn", {
    createScriptURL: (text) => own(new URL(text)).href,
  });
  return policy.createScriptURL(url.href);
}

function own(url: URL): URL {
  if (url.origin !== location.origin) throw new Error(`${url.href} is not a script of this page.`);
  return url;
}
