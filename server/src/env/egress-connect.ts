import { connect, createSecureContext, type SecureContext, type TLSSocket } from "node:tls";
import { EgressError, reasonOf } from "./egress-error.ts";
import { type LocalNetwork, refuseAddresses } from "./egress-policy.ts";
import type { Resolver } from "./env.ts";
import type { Watch } from "./watch.ts";

/** How long one address may take for TCP and TLS together before the next one is tried. */
const connectTimeoutMs = 5_000;
const triedAddresses = 4;
/** Authenticated encryption with forward secrecy only; TLS 1.3 where the peer has it. */
const ciphers =
  "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:ECDHE+AESGCM:ECDHE+CHACHA20";

export interface ConnectContext {
  resolver: Resolver;
  watch: Watch;
  mono(): number;
  local: LocalNetwork | undefined;
  secureContext: SecureContext;
}

/** The TLS settings every connection shares; made once because it parses the certificate authorities. */
export function egressSecureContext(local: LocalNetwork | undefined): SecureContext {
  return createSecureContext({ minVersion: "TLSv1.2", ciphers, ...(local && { ca: local.ca }) });
}

/**
 * A connection to a vetted address of `name` whose certificate is good for `name`. The name is resolved once and the
 * connection goes to what was vetted, so a name server that answers differently the second time gains nothing.
 * Sessions are not resumed: every connection checks the certificate anew. Rejects with EgressError.
 */
export async function connectVetted(ctx: ConnectContext, name: string, port: number): Promise<TLSSocket> {
  const addresses = await resolveVetted(ctx, name);
  let failure = new EgressError("dns", `${name} has no address`);
  for (const address of addresses.slice(0, triedAddresses)) {
    try {
      return await connectTo(ctx, name, port, address);
    } catch (error) {
      if (!(error instanceof EgressError)) throw error;
      failure = error;
    }
  }
  throw failure;
}

async function resolveVetted(ctx: ConnectContext, name: string): Promise<readonly string[]> {
  let addresses: readonly string[];
  try {
    addresses = await ctx.resolver.resolve(name);
  } catch (error) {
    throw new EgressError("dns", `${name} could not be looked up: ${reasonOf(error)}`);
  }
  const refusal = refuseAddresses(addresses, ctx.local);
  if (refusal !== undefined) throw new EgressError("refused", `${name} is not called: ${refusal}`);
  return addresses;
}

function connectTo(ctx: ConnectContext, name: string, port: number, address: string): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: address,
      port,
      servername: name,
      secureContext: ctx.secureContext,
      rejectUnauthorized: true,
      ALPNProtocols: ["http/1.1"],
    });
    socket.setNoDelay(true);
    const deadlineMs = ctx.mono() + connectTimeoutMs;
    let reached = false;
    const watched = {
      check(nowMs: number) {
        if (nowMs >= deadlineMs)
          fail(
            reached ? "tls" : "connect",
            `${name} (${address}) did not answer within ${connectTimeoutMs / 1000} s`,
          );
      },
    };
    const fail = (failure: "connect" | "tls" | "refused", detail: string) => {
      ctx.watch.delete(watched);
      socket.destroy();
      reject(new EgressError(failure, detail));
    };
    const onConnect = () => {
      reached = true;
      // Undefined when the peer has hung up already; the close says so.
      const remote = socket.remoteAddress;
      const refusal = remote === undefined ? undefined : refuseAddresses([remote], ctx.local);
      if (refusal !== undefined) fail("refused", `${name} is not called: ${refusal}`);
    };
    const onError = (error: Error) => {
      const what = reached ? "no trustworthy TLS connection" : "no connection";
      fail(reached ? "tls" : "connect", `${what} to ${name} (${address}): ${reasonOf(error)}`);
    };
    const onClose = () =>
      fail(reached ? "tls" : "connect", `${name} (${address}) hung up before TLS was ready`);
    const onSecure = () => {
      ctx.watch.delete(watched);
      socket.off("error", onError);
      socket.off("close", onClose);
      resolve(socket);
    };
    ctx.watch.add(watched);
    socket.once("connect", onConnect);
    socket.once("secureConnect", onSecure);
    socket.on("error", onError);
    socket.on("close", onClose);
  });
}
