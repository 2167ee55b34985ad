/** What tests of commands have in the place of a process: a shell without a terminal, and sign-ins without a server. */
import { PassThrough, Writable } from "node:stream";
import { makeApi, type Session } from "@posthorn/client";
import { nodePlatform } from "@posthorn/client/node";
import type { GlobalOptions, Shell } from "./shell.ts";

/** A shell with these options, and what it has shown, output and errors together. */
export function trialShell(options: GlobalOptions = {}): { shell: Shell; shown(): string } {
  let shown = "";
  const screen = new Writable({
    write(chunk, _encoding, done) {
      shown += String(chunk);
      done();
    },
  });
  const terminal = {
    input: new PassThrough(),
    output: screen,
    errors: screen,
    width: undefined,
    style: (_style: string, text: string) => text,
  };
  return {
    shell: { terminal, environment: {}, options: () => options, dataFolder: () => undefined },
    shown: () => shown,
  };
}

/** A sign-in of alice@a.test with these keys, which asks no server. */
export function trialSession(find: Session["keys"]["find"]): Session {
  const keys = { find, replace: async () => undefined, renew: async () => false };
  return { ...makeApi(nodePlatform(), "https://a.test"), address: "alice@a.test", keys };
}
