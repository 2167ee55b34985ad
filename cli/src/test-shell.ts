/** What tests of commands have in the place of a process: a shell, and sign-ins without a server. */
import { PassThrough, Writable } from "node:stream";
import { makeApi, type Session } from "@posthorn/client";
import { nodePlatform } from "@posthorn/client/node";
import type { GlobalOptions, Shell } from "./shell.ts";

/**
 * A shell with these options, and what it has shown, output and errors together. With `typed` it is a terminal at which a
 * person types that and goes.
 */
export function trialShell(options: GlobalOptions = {}, typed?: string): { shell: Shell; shown(): string } {
  let shown = "";
  const screen = new Writable({
    write(chunk, _encoding, done) {
      shown += String(chunk);
      done();
    },
  });
  const input = Object.assign(new PassThrough(), { isTTY: typed !== undefined });
  input.end(typed);
  const terminal = {
    input,
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
  const keys = {
    find,
    findRootSecret: async () => undefined,
    replace: async () => undefined,
    renew: async () => false,
  };
  return { ...makeApi(nodePlatform(), "https://a.test"), address: "alice@a.test", keys };
}
