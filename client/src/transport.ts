/** A body whose bytes come when they are asked for. It can be opened again, so that a request can be repeated. */
export interface StreamBody {
  sizeBytes: number;
  open(): AsyncIterable<Uint8Array>;
}

export type RequestBody = Uint8Array | StreamBody;

export interface TransportRequest {
  method: string;
  /** https only, with path and query. */
  url: string;
  headers: Readonly<Record<string, string>>;
  body?: RequestBody | undefined;
  /** How many bytes of the body have been handed to the wire; never less than before. */
  onSent?: ((sentBytes: number) => void) | undefined;
  signal?: AbortSignal | undefined;
}

export interface TransportResponse {
  status: number;
  /** By lower-case name. */
  headers: ReadonlyMap<string, string>;
  /**
   * To be read once, to its end or given up by `return`. Reading throws Unreachable `cut` when the wire breaks, so
   * what ended without a throw is whole.
   */
  body: AsyncIterable<Uint8Array>;
}

/**
 * One HTTP exchange over HTTPS: follows no redirect, keeps no cookie, decodes nothing. Rejects with Unreachable when no
 * answer came, and with the signal's reason when that aborts. Any status is an answer.
 */
export type Transport = (request: TransportRequest) => Promise<TransportResponse>;
