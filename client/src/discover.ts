import { type Discovery, fail, parseHost } from "@posthorn/protocol";
import { makeApi } from "./api.ts";
import type { Platform } from "./platform.ts";

/**
 * The document of a host: who speaks for it and where (§30.2). An endpoint on another name counts only when the server
 * there says itself that it speaks for the host (§30.3). Throws ProblemError `badHost` and `misdirected`, Unreachable
 * or UnexpectedAnswer.
 */
export async function discover(
  platform: Platform,
  host: string,
  options: { signal?: AbortSignal | undefined } = {},
): Promise<Discovery> {
  const origin = `https://${parseHost(host)}`;
  const document = await makeApi(platform, origin).call("discovery", options);
  if (document.host !== host) {
    fail(
      "misdirected",
      `The server at ${host} speaks for ${document.host}. Write the address with that host.`,
    );
  }
  if (document.endpoint === origin) return document;
  const confirmed = await makeApi(platform, document.endpoint).call("discovery", {
    query: { host },
    ...options,
  });
  if (confirmed.host === host && confirmed.endpoint === document.endpoint) return confirmed;
  return fail(
    "misdirected",
    `${host} names ${document.endpoint} as its server, which does not confirm it. Ask whoever runs ${host}.`,
  );
}
