/** Strangers at the command line: who waits, a yes and a no, and what the other side hears. */
import { afterAll, expect, test } from "vitest";
import { openCommandLine, operator } from "../src/command-line.ts";

const slow = 120_000;
const { alpha, beta, run, well, json, enrol, close } = await openCommandLine({
  settings: { screening: "yes" },
});

afterAll(close);

const bob = `bob@${beta.host}`;
const alice = `alice@${alpha.host}`;

/** Writes to bob, and waits until his server has answered. */
function writes(who: string, subject: string, body = "Do you know me?") {
  return json(who, ["send", "--to", bob, "--subject", subject, "--body", body, "--wait"]);
}

const subjects = async (mailbox: string) =>
  (await json("bob", ["inbox", "--mailbox", mailbox, "--all"])).map(
    ({ subject }: { subject: string }) => subject,
  );

test(
  "A stranger's letter is held until it is accepted; then the next one is delivered, and the one that was turned away comes in",
  async () => {
    expect(await well("bob", ["screener"])).toBe("Nobody waits.\n");
    const first = await writes("alice", "Hello from a stranger");
    expect(first).toMatchObject({ recipients: [{ address: bob, status: "held" }] });
    expect(await well("alice", ["status", first.id])).toContain("waits for their consent");
    const second = await json("alice", ["send", "--to", bob, "--subject", "Me again", "--body", "?"]);

    const inbox = await well("bob", ["inbox"]);
    expect(inbox).toContain("There is nothing in Inbox.");
    expect(inbox).toMatch(/1 unread in Screener: posthorn screener/);
    expect(await json("bob", ["screener"])).toMatchObject([
      {
        address: alice,
        messages: 1,
        first: { subject: "Hello from a stranger", sealed: true, trust: "notCompared" },
      },
    ]);
    const waiting = await well("bob", ["screener"]);
    expect(waiting).toMatch(
      new RegExp(`^${alice}  \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d  Hello from a stranger$`, "m"),
    );
    expect(waiting).toContain("accept ADDRESS");

    expect(await json("bob", ["accept", alice.toUpperCase()])).toEqual([
      { address: alice, state: "accepted" },
    ]);
    expect(await well("bob", ["screener"])).toBe("Nobody waits.\n");
    expect(await subjects("inbox")).toEqual(["Hello from a stranger"]);
    // A yes is silent (§50.12): the sender hears of it by what is delivered after it.
    expect(await json("alice", ["status", first.id])).toMatchObject({ recipients: [{ status: "held" }] });
    expect(await writes("alice", "Thank you")).toMatchObject({ recipients: [{ status: "delivered" }] });
    // By itself that is tried again in six hours.
    await well("operator", operator(alpha, ["queue", "retry", beta.host]));
    expect(await json("alice", ["status", second.id, "--wait"])).toMatchObject({
      recipients: [{ status: "delivered" }],
    });
    expect((await subjects("inbox")).toSorted()).toEqual(["Hello from a stranger", "Me again", "Thank you"]);
  },
  slow,
);

test(
  "Who is blocked hears nothing of it: what waits and what comes lies in Junk, until that is taken back",
  async () => {
    await enrol(alpha, "carol");
    const carol = `carol@${alpha.host}`;
    expect(await writes("carol", "Buy this")).toMatchObject({ recipients: [{ status: "held" }] });
    expect(await well("bob", ["block", carol])).toBe(
      `${carol} is blocked. What they write lies in Junk; they are not told.\n`,
    );
    expect(await well("bob", ["screener"])).toBe("Nobody waits.\n");
    expect(await subjects("junk")).toEqual(["Buy this"]);
    // As of somebody who waits, no second one is taken of her for some time; others are not kept waiting by that.
    const second = await json("carol", ["send", "--to", bob, "--subject", "Buy that", "--body", "!"]);
    expect(await json("carol", ["status", second.id])).not.toMatchObject({
      recipients: [{ status: "delivered" }],
    });
    expect(await writes("alice", "Still here")).toMatchObject({ recipients: [{ status: "delivered" }] });
    await enrol(alpha, "mallory");
    await well("bob", ["block", `mallory@${alpha.host}`]);
    expect(await writes("mallory", "Buy all")).toMatchObject({ recipients: [{ status: "held" }] });
    expect(await json("bob", ["inbox", "--mailbox", "junk", "--all"])).toMatchObject([
      { subject: "Buy all", keywords: { $seen: true, $junk: true } },
      { subject: "Buy this", keywords: { $seen: true, $junk: true } },
    ]);

    await well("bob", ["block", carol, "--undo"]);
    expect(await json("bob", ["accept", `*@${alpha.host}`])).toEqual([
      { address: `*@${alpha.host}`, state: "accepted" },
    ]);
    expect(await writes("carol", "Sorry")).toMatchObject({ recipients: [{ status: "delivered" }] });
  },
  slow,
);

test(
  "What names nobody is refused before anything is decided",
  async () => {
    const refused = (...args: string[]) => run("bob", args);
    expect(await refused("accept", alice, "nobody")).toMatchObject({ code: 2, out: "" });
    expect((await refused("accept", "*@not a host")).err).toContain("names no host");
    expect(await refused("block", "*@*")).toMatchObject({ code: 2, out: "" });
    expect(await refused("accept")).toMatchObject({ code: 2, out: "" });
    await well("bob", ["accept", "*@*"]);
    await enrol(alpha, "dave");
    expect(await writes("dave", "Straight in")).toMatchObject({ recipients: [{ status: "delivered" }] });
  },
  slow,
);
