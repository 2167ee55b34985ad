/** Searching at the command line: what is sealed is found on one's own machine, and how much was searched is said. */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { openCommandLine, password } from "../src/command-line.ts";
import { runPosthorn } from "../src/posthorn-command.ts";

const slow = 120_000;
const { beta, homeOf, run, well, json, newest, enrol, close } = await openCommandLine();

afterAll(close);

const bob = `bob@${beta.host}`;
const mailFolder = join(homeOf("bob"), `${bob.replace(":", "_")}.mail`);

function aliceWrites(to: string, subject: string, body: string): Promise<string> {
  return well("alice", ["send", "--to", to, "--subject", subject, "--body", body, "--in-the-open", "--wait"]);
}

test(
  "Sealed mail is found by what it says, also when its server cannot be reached, and forgotten when one signs out",
  async () => {
    await aliceWrites(bob, "The plan", "The quarterly figures are in the blue binder.");
    await aliceWrites(bob, "Straßenfest", "Wir treffen uns vor der Bäckerei.");
    const found = await well("bob", ["search", "binder"]);
    expect(found).toMatch(
      /^\* {2}m\d+ {2}\S+ \S+ {2}alice@\S+ {2}The plan\n\n1 found\. To read one: posthorn read ID\n/,
    );
    expect(found).toContain("All your mail was searched.\n");
    expect(await json("bob", ["search", "backerei"])).toMatchObject({
      searched: "here",
      messages: [{ subject: "Straßenfest", sealed: true, trust: "notCompared" }],
      coverage: { isWhole: true, waiting: 0, partial: 0, share: 1 },
      problems: [],
      unreachable: null,
    });
    expect((await json("bob", ["search", "from:alice", "is:unread", "--limit", "1"])).messages).toMatchObject(
      [{ subject: "Straßenfest" }],
    );
    expect((await json("bob", ["search", "binder", "--mailbox", "archive"])).messages).toEqual([]);
    expect(await well("bob", ["search", "qarterly"])).toBe(
      "Nothing was found.\nNothing has “qarterly”. Did you mean “quarterly”?\nAll your mail was searched.\n",
    );
    expect(await well("bob", ["search", "colour:blue"])).toContain("colour: is no operator");
    expect((await json("bob", ["search", "from:alice -binder"])).messages).toHaveLength(1);
    const without = JSON.parse(await well("bob", ["search", "--json", "--", "-binder"]));
    expect(without.messages).toMatchObject([{ subject: "Straßenfest" }]);
    const nowhere = await run("bob", ["search", "binder", "--mailbox", "nowhere"]);
    expect(nowhere).toMatchObject({
      code: 1,
      err: expect.stringContaining("(notFound)\nNext: posthorn inbox"),
    });

    await well("bob", ["move", (await newest("bob")).id, "archive"]);
    expect((await json("bob", ["search", "in:archive"])).messages).toMatchObject([
      { subject: "Straßenfest" },
    ]);

    for (const name of await readdir(mailFolder)) {
      expect((await stat(join(mailFolder, name))).mode & 0o077).toBe(0);
    }
    await beta.stop();
    const cut = await well("bob", ["search", "binder"]);
    expect(cut).toMatch(/alice@\S+ {2}The plan\n/);
    expect(cut).toMatch(/All your mail was searched\.\n.* What was here before was searched\.\n$/);
    await beta.start();

    await well("bob", ["logout"]);
    await expect(stat(mailFolder)).rejects.toThrow("ENOENT");
    await json("bob", ["login", bob, "--password-stdin"], { input: password });
  },
  slow,
);

test(
  "Two searches at once wait for each other",
  async () => {
    const both = await Promise.all([json("bob", ["search", "plan"]), json("bob", ["search", "straßenfest"])]);
    expect(both).toMatchObject([
      { messages: [{ subject: "The plan" }], coverage: { isWhole: true } },
      { messages: [{ subject: "Straßenfest" }], coverage: { isWhole: true } },
    ]);
  },
  slow,
);

test(
  "An open account is searched alike, and with a token by its server, which is said",
  async () => {
    await enrol(beta, "robot", "--open");
    const robot = `robot@${beta.host}`;
    await aliceWrites(robot, "The backup", "Tapes are in the green cupboard.");
    expect((await json("robot", ["search", "cupb*"])).messages).toMatchObject([{ subject: "The backup" }]);
    const { token } = await json("robot", ["token", "create", "searcher", "--scope", "read"]);
    const environment = { POSTHORN_TOKEN: token, POSTHORN_AS: robot };
    const there = await runPosthorn(["search", "cupboard"], { environment, home: homeOf("robot") });
    expect(there).toMatchObject({ code: 0, err: "" });
    expect(there.out).toMatch(/The backup\n[\s\S]*Your server has looked for it, in what it can read/);
    const value = await runPosthorn(["search", "cupboard", "--json"], { environment, home: homeOf("robot") });
    expect(JSON.parse(value.out)).toMatchObject({
      searched: "server",
      messages: [{ subject: "The backup" }],
    });
  },
  slow,
);
