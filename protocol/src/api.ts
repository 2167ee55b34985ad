import { type Static, type TSchema, Type } from "typebox";
import { authRoutes } from "./api/auth-routes.ts";
import { jmapRoutes } from "./api/jmap-routes.ts";
import { keysRoutes } from "./api/keys-routes.ts";
import { operatorRoutes } from "./api/operator-routes.ts";
import { HealthSchema } from "./api/peer.ts";
import { peerRoutes } from "./api/peer-routes.ts";
import type { Route } from "./api/route.ts";
import { sendRoutes } from "./api/send-routes.ts";

/** Every endpoint of a server (§50, §60, §80, §85). */
export const routes = {
  ...peerRoutes,
  ...sendRoutes,
  ...jmapRoutes,
  ...authRoutes,
  ...keysRoutes,
  ...operatorRoutes,

  openapi: {
    method: "GET",
    path: "/openapi.json",
    auth: "none",
    output: Type.Object({}),
    status: 200,
    summary: "This description.",
  },
  health: {
    method: "GET",
    path: "/health",
    auth: "none",
    output: HealthSchema,
    status: 200,
    summary: "Whether the server takes requests.",
  },
} as const satisfies Record<string, Route>;

export type RouteName = keyof typeof routes;

/** The body a route takes, undefined when it takes none or raw bytes. */
export type RouteInput<Name extends RouteName> = (typeof routes)[Name] extends {
  input: infer Input extends TSchema;
}
  ? Static<Input>
  : undefined;

/** The body a route answers with, undefined when it answers with none or raw bytes. */
export type RouteOutput<Name extends RouteName> = (typeof routes)[Name] extends {
  output: infer Output extends TSchema;
}
  ? Static<Output>
  : undefined;

/** The query a route takes. */
export type RouteQuery<Name extends RouteName> = (typeof routes)[Name] extends {
  query: infer Query extends TSchema;
}
  ? Static<Query>
  : undefined;
