import { type Static, Type } from "typebox";
import { HostSchema } from "../host.ts";
import { IncarnationSchema } from "../verdict.ts";

/** What a server says when it starts, and the answer to it: who it is and which store it runs on (§50.8). */
export const HelloSchema = Type.Object({
  host: HostSchema,
  incarnation: Type.Optional(IncarnationSchema),
});

export type Hello = Static<typeof HelloSchema>;

/** `host` asks for the document of a host that has put its endpoint here. */
export const DiscoveryQuerySchema = Type.Object({ host: Type.Optional(HostSchema) });

/** Whether the server takes requests at all; it says no more, because anybody may ask. */
export const HealthSchema = Type.Object({ status: Type.Enum(["ok", "failing"]) });

export type Health = Static<typeof HealthSchema>;
