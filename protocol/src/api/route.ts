import type { TObject, TSchema } from "typebox";
import type { Scope } from "./auth.ts";

export type MediaType =
  | "application/json"
  | "application/x-ndjson"
  | "application/octet-stream"
  | "application/problem+json"
  | "text/event-stream"
  /** Bytes whose type the caller says, or asks for. */
  | "*/*";

export interface Route {
  readonly method: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** With `:name` for each part that varies. */
  readonly path: string;
  /** Who may call: anybody, an account, a server that signs, the operator. */
  readonly auth: "none" | "token" | "peer" | "operator";
  /** What a token must be allowed to do. Without it any token will do. */
  readonly scope?: Scope;
  /** Only for somebody signed in: a token made for a program must not make others or end sessions. */
  readonly sessionOnly?: true;
  readonly query?: TObject;
  /** Content types the body may have; JSON when there is an `input` and nothing else is said. */
  readonly takes?: readonly MediaType[];
  readonly input?: TSchema;
  readonly gives?: readonly MediaType[];
  readonly output?: TSchema;
  /** One line of an NDJSON answer, when it is not an `output`. */
  readonly outputLine?: TSchema;
  /** Of the answer when all went well. */
  readonly status: 200 | 201 | 202 | 204;
  readonly summary: string;
}

export const jsonOrLines = ["application/json", "application/x-ndjson"] as const;
export const bytes = ["application/octet-stream"] as const;
