/** What the command line says when something is wrong, and the number it ends with. */
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { openCommandLine, operator } from "../src/command-line.ts";

const slow = 120_000;
const { beta, folder, run, close } = await openCommandLine();

afterAll(close);

describe.concurrent("Whatever goes wrong, the command says it in a sentence with a next step and ends with its number", () => {
  const cases: [string, string, () => string[], number, RegExp][] = [
    ["no command", "bob", () => [], 2, /Which command\?.*\nNext: posthorn --help/],
    ["an unknown command", "bob", () => ["sned"], 2, /Unknown command 'sned'.*\nNext: posthorn --help/s],
    [
      "an unknown option",
      "bob",
      () => ["inbox", "--foo"],
      2,
      /Unknown option '--foo'.*\nNext: posthorn inbox --help/,
    ],
    [
      "a missing argument",
      "bob",
      () => ["read"],
      2,
      /Missing required argument 'id'.*\nNext: posthorn read --help/,
    ],
    [
      "no address",
      "bob",
      () => ["send", "--to", "carol", "--body", "x"],
      2,
      /“carol” is not an address.*\nNext: /,
    ],
    [
      "nobody to send to",
      "bob",
      () => ["send", "--body", "x"],
      2,
      /Nobody is named.*\nNext: Add --to ADDRESS/,
    ],
    [
      "no time",
      "bob",
      () => ["send", "--to", bob(), "--send-at", "soon"],
      2,
      /“soon” cannot be read as a time\.\nNext: Write it as/,
    ],
    [
      "too long a hold",
      "bob",
      () => ["send", "--to", bob(), "--undo", "601"],
      2,
      /“601” is not a number of seconds from 0 to 600.*\nNext: .*--send-at/,
    ],
    ["no number", "bob", () => ["inbox", "--limit", "0"], 2, /“0” is not a whole number from 1 on/],
    ["two words", "bob", () => ["flag", "1", "--add", "two words"], 2, /“two words” is no keyword\.\nNext: /],
    [
      "too long a life",
      "bob",
      () => ["token", "create", "x", "--expires", "400d"],
      2,
      /400d is too long\.\nNext: /,
    ],
    [
      "an IP address for a host",
      "bob",
      () => ["send", "--to", "bob@1.2.3.4", "--body", "x"],
      2,
      /“bob@1.2.3.4” has an IP address .*\nNext: posthorn send --help/,
    ],
    [
      "too small a quota",
      "operator",
      () => operator(beta, ["account", "quota", "bob", "5"]),
      2,
      /5 bytes is too little for an account\.\nNext: /,
    ],
    [
      "nobody signed in",
      "nobody",
      () => ["inbox"],
      4,
      /Nobody is signed in here.*\nNext: posthorn login ADDRESS/,
    ],
    [
      "somebody else",
      "bob",
      () => ["inbox", "--as", "carol@b.example"],
      4,
      /carol@b.example is not signed in.*\nNext: posthorn login carol@b.example/,
    ],
    [
      "no such message",
      "bob",
      () => ["read", "999", "--as", bob()],
      1,
      /There is no such message.*\(notFound\)\nNext: posthorn inbox --as bob@beta/,
    ],
    [
      "no such mailbox",
      "bob",
      () => ["inbox", "--mailbox", "spam"],
      1,
      /There is no mailbox “spam”.*\nNext: /,
    ],
    [
      "no such file",
      "bob",
      () => ["send", "--to", bob(), "--attach", "/nowhere/plan.pdf"],
      1,
      /There is no \/nowhere\/plan.pdf\.\nNext: /,
    ],
    [
      "no such account",
      "operator",
      () => operator(beta, ["account", "suspend", "carol"]),
      1,
      /There is no account “carol”.*\nNext: posthorn account list --data \/.*beta\n/,
    ],
    [
      "no such server",
      "operator",
      () => ["queue", "--data", join(folder, "none")],
      1,
      /no server has been started on this folder.*\nNext: .*serve --data/,
    ],
    [
      "a server that is gone",
      "bob",
      () => ["register", "https://gone.localhost:1/auth/invite/AAAAAAAAAAAAAAAAAAAAAA"],
      3,
      /gone.localhost:1 does not take connections\.\nNext: Check/,
    ],
    [
      "an authority nobody trusts",
      "stranger",
      () => ["login", bob(), "--password-stdin"],
      3,
      /could not prove.*\nNext: posthorn login ADDRESS --ca FILE/,
    ],
    [
      "no invitation",
      "bob",
      () => ["register", "https://example.com/"],
      2,
      /This is not an invitation's link.*\nNext: /,
    ],
    [
      "no terminal to ask at",
      "bob",
      () => ["login", bob()],
      2,
      /asked on a terminal, and there is none.*\nNext: .*--password-stdin/,
    ],
    [
      "a wrong password",
      "bob",
      () => ["login", bob(), "--password-stdin"],
      1,
      /That address and password do not match\..*\nNext: /,
    ],
    [
      "a server that lacks a setting",
      "operator",
      () => ["serve", "--data", folder],
      2,
      /Which host are your addresses to end in\?.*\nNext: /,
    ],
  ];

  function bob(): string {
    return `bob@${beta.host}`;
  }

  for (const [what, who, args, code, sentence] of cases) {
    test(
      `${what}: ${code}`,
      async () => {
        const ended = await run(who, args(), { input: "a wrong password\n" });
        expect(ended).toMatchObject({ code, out: "" });
        expect(ended.err).toMatch(sentence);
      },
      slow,
    );
  }
});

test(
  "Text that is no UTF-8, and JSON that is none, are refused where they are at fault, and nothing is sent",
  async () => {
    const to = ["--to", `bob@${beta.host}`];
    const latin = await run("bob", ["send", ...to], { input: Buffer.from("caf\xe9", "latin1") });
    expect(latin).toMatchObject({ code: 2, out: "" });
    expect(latin.err).toMatch(/Standard input is not text in UTF-8: its byte 4 is E9\..*\nNext: /);
    const broken = await run("bob", ["send", "--json-message", "-"], { input: '{"to": [],\n "body: "x"}' });
    expect(broken).toMatchObject({ code: 2, out: "" });
    expect(broken.err).toMatch(/Standard input is not JSON: .* line 2, column 10 on\..*\nNext: /);
  },
  slow,
);
