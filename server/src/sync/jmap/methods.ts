/** Every method of JMAP that this server answers. */
import { coreMethods } from "./core-methods.ts";
import type { Methods } from "./method.ts";

export function allMethods(): Methods {
  return { ...coreMethods };
}
