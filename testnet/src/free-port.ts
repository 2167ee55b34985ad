import { createServer } from "node:net";

/** A port of this machine that is free now; another program could take it before it is used, which shows at once. */
export async function freePort(): Promise<number> {
  const port = await probe(0);
  if (port === undefined) throw new Error("no port could be had");
  return port;
}

export async function isFree(port: number): Promise<boolean> {
  return (await probe(port)) !== undefined;
}

/** Listens on a port, 0 for any, and lets it go again; undefined when it is not to be had. */
async function probe(wanted: number): Promise<number | undefined> {
  const server = createServer();
  const isListening = await new Promise<boolean>((resolve) => {
    server.once("error", () => resolve(false));
    server.listen(wanted, "127.0.0.1", () => resolve(true));
  });
  if (!isListening) return undefined;
  const address = server.address();
  await new Promise<void>((closed) => server.close(() => closed()));
  return address === null || typeof address === "string" ? undefined : address.port;
}
