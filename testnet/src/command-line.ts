/** What the journeys of the command line share: two servers over TLS, a person at each, and an operator of both. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { type Ended, type RunPosthornOptions, runPosthorn } from "./posthorn-command.ts";
import { startTestnet, type TestNode, type TestnetOptions } from "./testnet.ts";

type More = Omit<RunPosthornOptions, "home">;

export const password = "correct horse battery";

/** The servers alpha, where alice is, and beta, where bob is, with a folder for the files of a test. */
export async function openCommandLine({ settings = {} }: Pick<TestnetOptions, "settings"> = {}) {
  const net = await startTestnet({ names: ["alpha", "beta"], wire: "sockets", settings });
  const folder = await mkdtemp(join(tmpdir(), "posthorn-command-line-"));
  const [alpha, beta] = [net.node("alpha"), net.node("beta")];

  /** Each person has a home of their own; the operator's stays empty. */
  function homeOf(who: string): string {
    return join(folder, `home of ${who}`);
  }

  /** Runs a command as somebody; whatever comes of it, nothing colours it and no stack shows. */
  async function run(who: string, args: readonly string[], more: More = {}): Promise<Ended> {
    const ended = await runPosthorn(args, { home: homeOf(who), ...more });
    expect(ended.out + ended.err).not.toContain("\x1b");
    expect(ended.err).not.toMatch(/^ {4}at /m);
    return ended;
  }

  /** As `run`, of a command that must end well and say nothing besides: its output. */
  async function well(who: string, args: readonly string[], more: More = {}): Promise<string> {
    const ended = await run(who, args, more);
    expect(ended).toMatchObject({ code: 0, err: "" });
    return ended.out;
  }

  /** As `well`, with `--json`: the one value it prints. */
  async function json(who: string, args: readonly string[], more: More = {}) {
    const out = await well(who, [...args, "--json"], more);
    expect(out.trimEnd().split("\n")).toHaveLength(1);
    return JSON.parse(out);
  }

  /** The newest message of somebody's inbox. */
  async function newest(who: string) {
    const [message] = await json(who, ["inbox", "--limit", "1"]);
    return message;
  }

  /** Invites somebody to a server and registers them there; what registering has told programs. */
  async function enrol(node: TestNode, name: string, ...options: string[]) {
    const invite = await json("operator", operator(node, ["invite", "--name", name]));
    expect(invite).toMatchObject({ name, url: expect.stringContaining(`https://${node.host}/auth/invite/`) });
    const ca = join(net.folder, "local-ca", "ca.pem");
    const register = ["register", invite.url, "--password-stdin", "--ca", ca, ...options];
    const registered = await json(name, register, { input: `${password}\n` });
    const isSealed = !options.includes("--open");
    expect(registered).toEqual({
      address: `${name}@${node.host}`,
      endpoint: node.endpoint,
      sealed: isSealed,
      ...(isSealed ? { recoveryPhrase: expect.stringMatching(/^([a-z]+ ){11}[a-z]+$/) } : {}),
    });
    return registered;
  }

  async function close(): Promise<void> {
    await net.close();
    await rm(folder, { recursive: true, force: true });
  }

  await Promise.all([enrol(alpha, "alice"), enrol(beta, "bob")]);
  return { alpha, beta, folder, homeOf, run, well, json, newest, enrol, close };
}

/** A command of whoever runs a server. */
export function operator(node: TestNode, args: readonly string[]): string[] {
  return [...args, "--data", node.folder];
}
