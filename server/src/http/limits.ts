/** What one listener bears. Times in milliseconds; each has a test, and `listen` takes other values for trials. */
export const listenLimits = {
  /** All header fields of a request together. */
  headerBytes: 16 * 1024,
  headerFields: 100,
  /** Event streams among them, of which there may be 10,000. */
  connections: 16_384,
  /**
   * From one IPv4 address or one IPv6 network of 64 bits, behind which a whole company may be whose devices each listen to
   * an event stream; not counted behind a proxy.
   */
  connectionsPerNetwork: 2_048,
  /** Requests being answered; more are sent away with 503 so that memory stays bounded. */
  requestsInFlight: 1_024,
  /** Of those, for one IPv4 address or IPv6 network of 64 bits, so that no single one takes them all. */
  requestsPerNetwork: 256,
  handshakeMs: 10_000,
  headerMs: 15_000,
  /** The whole request, body included. */
  requestMs: 600_000,
  /** While a body is awaited, fewer than `leastWindowBytes` in one window end the exchange (CVE-2023-36461). */
  windowMs: 20_000,
  leastWindowBytes: 8 * 1024,
  /** How long a client may take to take the next piece of an answer. */
  drainMs: 60_000,
  /** Longer than clients keep an idle connection. */
  keepAliveMs: 75_000,
  /** How much of a refused body is still read, so that the client can read the refusal before the connection closes. */
  lingerBytes: 1024 * 1024,
  lingerMs: 2_000,
  certificatePollMs: 60_000,
} as const;

export type ListenLimits = { readonly [Name in keyof typeof listenLimits]: number };
