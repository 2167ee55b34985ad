import { capabilities } from "@posthorn/protocol";
import type { Methods } from "./method.ts";

/** Core/echo: what it is given (RFC 8620 §4). */
export const coreMethods: Methods = {
  "Core/echo": {
    capability: capabilities.core,
    scope: undefined,
    run: async (_, args) => ({ arguments: args }),
  },
};
