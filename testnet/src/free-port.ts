import { createServer } from "node:net";

/** A port of this machine that is free now; another program could take it before it is used, which shows at once. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((listening) => probe.listen(0, "127.0.0.1", listening));
  const address = probe.address();
  await new Promise<void>((closed) => probe.close(() => closed()));
  if (address === null || typeof address === "string") throw new Error("no port could be had");
  return address.port;
}
