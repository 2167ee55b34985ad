/** What the SDK gets from this page: of all servers it reaches the one alone that the page has come from. */
import { browserPlatform, makeApi, type Platform } from "@posthorn/client";
import { fail, parseAddress } from "@posthorn/protocol";

/**
 * An account's host may have another name than the page (§30.3), and a trial's page may have come by another port: whatever
 * the SDK calls, it is this server that is called, by the only way the page's policy leaves open.
 */
export function homePlatform(origin: string): Platform {
  const { transport, ...others } = browserPlatform();
  return {
    ...others,
    transport(request) {
      const { pathname, search } = new URL(request.url);
      return transport({ ...request, url: `${origin}${pathname}${search}` });
    },
  };
}

/** The host in the addresses of this server. Throws what a call throws. */
export async function homeHost(platform: Platform, signal?: AbortSignal): Promise<string> {
  const { host } = await makeApi(platform, `https://${location.host}`).call("discovery", { signal });
  return host;
}

/** The address with its host where only a name was given. Throws ProblemError `misdirected` for one of another server. */
export async function wholeAddress(platform: Platform, text: string, signal?: AbortSignal): Promise<string> {
  const home = await homeHost(platform, signal);
  const trimmed = text.trim();
  if (!trimmed.includes("@")) return `${trimmed}@${home}`;
  const { host } = parseAddress(trimmed);
  if (host === home) return trimmed;
  return fail(
    "misdirected",
    `This page belongs to ${home}, and ${trimmed} is an address of ${host}. Sign in at https://${host}.`,
    { pointer: "/address" },
  );
}
