/** What an operator decides at the command line: the rules of the server, and mail that is not tried any more. */
import { afterAll, expect, test } from "vitest";
import { openCommandLine, operator } from "../src/command-line.ts";

const slow = 120_000;
const { alpha, beta, run, well, json, close } = await openCommandLine();

afterAll(close);

test(
  "The operator gives up what waits for a server that is down, and its sender is told why",
  async () => {
    // Who has been written to before can be sealed to while their server does not answer.
    await well("alice", ["send", "--to", `bob@${beta.host}`, "--body", "Until later", "--wait"]);
    await beta.stop();
    const { id } = await json("alice", ["send", "--to", `bob@${beta.host}`, "--body", "Still there?"]);
    await expect
      .poll(async () => (await json("alice", ["status", id])).recipients[0].status, { timeout: 30_000 })
      .toBe("retrying");
    expect(await well("operator", operator(alpha, ["queue", "cancel", beta.host, "--dry-run"]))).toBe(
      `1 message waits for ${beta.host}. Nothing was given up.\n`,
    );
    // While it is just being tried it is not given up: it may arrive.
    await expect
      .poll(
        async () => {
          const given = await run("operator", operator(alpha, ["queue", "cancel", beta.host, "--json"]));
          return given.code === 0 ? JSON.parse(given.out).cancelled : 0;
        },
        { timeout: 30_000 },
      )
      .toBe(1);
    expect(await well("alice", ["status", id])).toContain("The operator of your server stopped trying.");
    expect(await well("operator", operator(alpha, ["queue"]))).toBe("Nothing waits.\n");
    const none = await run("operator", operator(alpha, ["queue", "cancel", beta.host]));
    expect(none).toMatchObject({
      code: 1,
      err: expect.stringMatching(/Nothing waits.*\(notFound\)\nNext: .* queue/),
    });
    await beta.start();
  },
  slow,
);

test(
  "The operator changes what the server lets people do while it runs, and takes it back",
  async () => {
    expect(await well("operator", operator(beta, ["policy"]))).toMatch(/^quota +5 GiB +start$/m);
    const set = operator(beta, ["policy", "set", "--quota", "2GiB", "--screening", "yes"]);
    expect(await well("operator", set)).toMatch(/^quota +2 GiB +here; started with 5 GiB$/m);
    expect(await json("operator", operator(beta, ["policy"]))).toMatchObject({
      quotaBytes: 2 * 1024 ** 3,
      screening: true,
      changed: ["quotaBytes", "screening"],
    });
    const made = await json("operator", operator(beta, ["account", "create", "robot", "--open"]));
    const accounts = await json("operator", operator(beta, ["account"]));
    expect(accounts.find(({ address }: { address: string }) => address === made.address)).toMatchObject({
      quotaBytes: 2 * 1024 ** 3,
    });
    expect(await well("operator", operator(beta, ["policy", "reset", "quota", "screening"]))).toMatch(
      /^quota +5 GiB +start$/m,
    );
    for (const wrong of [
      ["set"],
      ["set", "--greeting", "perhaps"],
      ["set", "--send-rate", "0"],
      ["reset", "colour"],
    ]) {
      expect(await run("operator", operator(beta, ["policy", ...wrong]))).toMatchObject({ code: 2 });
    }
  },
  slow,
);
