/** A person and an operator at the command line: each command as it is typed, against two servers over TLS. */
import { mkdtemp, readFile, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort } from "../src/free-port.ts";
import { type Ended, type RunPosthornOptions, runPosthorn, startPosthorn } from "../src/posthorn-command.ts";
import { startTestnet, type TestNode, type Testnet } from "../src/testnet.ts";

const slow = 120_000;
const password = "correct horse battery";
let net: Testnet;
let folder: string;
let alpha: TestNode;
let beta: TestNode;

beforeAll(async () => {
  net = await startTestnet({ names: ["alpha", "beta"], wire: "sockets" });
  folder = await mkdtemp(join(tmpdir(), "posthorn-command-line-"));
  [alpha, beta] = [net.node("alpha"), net.node("beta")];
  await Promise.all([enrol(alpha, "alice"), enrol(beta, "bob")]);
}, slow);

afterAll(() => net.close());

/** Each person has a home of their own; the operator has none. */
function homeOf(who: string): string {
  return join(folder, `home of ${who}`);
}

/** Runs a command as somebody; whatever comes of it, nothing colours it and no stack shows. */
async function run(who: string, args: string[], more: Omit<RunPosthornOptions, "home"> = {}): Promise<Ended> {
  const ended = await runPosthorn(args, { home: homeOf(who), ...more });
  expect(ended.out + ended.err).not.toContain("\x1b");
  expect(ended.err).not.toMatch(/^ {4}at /m);
  return ended;
}

/** As `run`, of a command that must end well and say nothing besides: its output. */
async function well(
  who: string,
  args: string[],
  more: Omit<RunPosthornOptions, "home"> = {},
): Promise<string> {
  const ended = await run(who, args, more);
  expect(ended).toMatchObject({ code: 0, err: "" });
  return ended.out;
}

/** As `well`, with `--json`: the one value it prints. */
async function json(who: string, args: string[], more: Omit<RunPosthornOptions, "home"> = {}) {
  const out = await well(who, [...args, "--json"], more);
  expect(out.trimEnd().split("\n")).toHaveLength(1);
  return JSON.parse(out);
}

function operator(node: TestNode, args: string[]): string[] {
  return [...args, "--data", node.folder];
}

async function enrol(node: TestNode, name: string): Promise<void> {
  const invite = await json("operator", operator(node, ["invite", "--name", name]));
  expect(invite).toMatchObject({ name, url: expect.stringContaining(`https://${node.host}/auth/invite/`) });
  const ca = join(net.folder, "local-ca", "ca.pem");
  const registered = await json(name, ["register", invite.url, "--password-stdin", "--ca", ca], {
    input: `${password}\n`,
  });
  expect(registered).toEqual({ address: `${name}@${node.host}`, endpoint: node.endpoint });
}

/** The newest message of somebody's inbox. */
async function newest(who: string) {
  const [message] = await json(who, ["inbox", "--limit", "1"]);
  return message;
}

test(
  "A letter with a file is sent, listed, read, saved byte for byte, answered, marked and moved",
  async () => {
    const content = Buffer.alloc(700_001, "posthorn ");
    const path = join(folder, "plan.pdf");
    await writeFile(path, content);
    const letter = "Grüße, Bob\n\x1b[31mred\x1b[0m and \u202eturned\n";
    const sent = await json(
      "alice",
      ["send", "--to", `bob@${beta.host}`, "--subject", "The plan", "--attach", path, "--wait"],
      { input: letter },
    );
    expect(sent).toMatchObject({
      recipients: [{ address: `bob@${beta.host}`, status: "delivered", attempts: 1 }],
    });

    const listed = await well("bob", ["inbox"]);
    expect(listed).toMatch(
      new RegExp(`^\\*  \\d+  \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d  alice@${alpha.host}  The plan  \\+1$`, "m"),
    );
    expect(listed).toContain("1 in Inbox, 1 unread.");
    const meta = await newest("bob");
    expect(meta).toMatchObject({ messageId: sent.id, subject: "The plan", keywords: {} });

    const shown = await well("bob", ["read", sent.id]);
    expect(shown).toContain("Grüße, Bob\n<U+001B>[31mred<U+001B>[0m and <U+202E>turned\n");
    expect(shown).toContain("1  plan.pdf  684 KiB  application/pdf");
    const read = await json("bob", ["read", meta.id]);
    expect(read).toMatchObject({
      meta: { keywords: { $seen: true } },
      message: { id: sent.id, body: letter },
    });

    const place = join(folder, "received.pdf");
    await writeFile(`${place}.part`, content);
    await truncate(`${place}.part`, 300_000);
    const saved = await json("bob", ["save", meta.id, "--attachment", "1", "--to", place]);
    expect(saved).toEqual([
      { path: place, size: content.length, hash: expect.stringMatching(/^[0-9a-f]{64}$/) },
    ]);
    expect((await readFile(place)).equals(content)).toBe(true);
    await writeFile(place, "mine");
    const refused = await run("bob", ["save", meta.id, "--to", place]);
    expect(refused).toMatchObject({ code: 1, out: "" });
    expect(refused.err).toMatch(/is there already.*\(alreadyExists\)\nNext: .*--force/);
    expect(await readFile(place, "utf8")).toBe("mine");
    await well("bob", ["save", meta.id, "--to", place, "--force"]);
    expect((await readFile(place)).equals(content)).toBe(true);

    await well("bob", ["send", "--reply-to", meta.id, "--body", "Thanks", "--wait"]);
    expect(await newest("alice")).toMatchObject({
      subject: "Re: The plan",
      inReplyTo: sent.id,
      thread: sent.id,
    });
    expect(await json("bob", ["flag", meta.id, "--unseen", "--flagged"])).toMatchObject({
      keywords: { $flagged: true },
    });
    expect(await well("bob", ["move", meta.id, "archive"])).toBe("Moved to Archive.\n");
    expect(await json("bob", ["inbox"])).toEqual([]);
    expect(await json("bob", ["inbox", "--mailbox", "archive", "--all"])).toMatchObject([{ id: meta.id }]);
  },
  slow,
);

test(
  "A whole message is sent from JSON, and a name that is a path saves nothing outside its folder (CVE-2021-41281)",
  async () => {
    const path = join(folder, "note.txt");
    await writeFile(path, "a note");
    const first = await json("alice", [
      "send",
      "--type",
      "file_transfer",
      "--to",
      `alice@${alpha.host}`,
      "--attach",
      path,
      "--wait",
    ]);
    const { message } = await json("alice", ["read", first.id]);
    const names = ["../../../outside.txt", "twice\u202etxt.exe", "C:\\twicetxt.exe", ".bashrc"];
    const attachments = names.map((filename) => ({ ...message.attachments[0], filename }));
    const whole = { to: [{ id: "bob", host: beta.host }], subject: "Names", body: "", attachments };
    await json("alice", ["send", "--json-message", "-", "--wait"], { input: JSON.stringify(whole) });
    const [{ id }] = await json("bob", ["inbox", "--limit", "1"]);
    const saved: { path: string }[] = await json("bob", ["save", id, "--to", `${folder}/`]);
    expect(saved.map((file) => file.path)).toEqual(
      ["outside.txt", "twicetxt.exe", "twicetxt (2).exe", "bashrc"].map((name) => join(folder, name)),
    );
    expect(await readFile(join(folder, "outside.txt"), "utf8")).toBe("a note");
  },
  slow,
);

test(
  "An invitation, a reaction, an edit and a recall are written with options and shown to people",
  async () => {
    const start = ["--title", "Lunch", "--start", "2026-12-01 12:30", "--body", "Bring bread"];
    const event = await json("alice", [
      "send",
      "--type",
      "calendar_invite",
      "--to",
      `bob@${beta.host}`,
      ...start,
      "--wait",
    ]);
    expect(await well("bob", ["read", event.id])).toMatch(/^startTime +2026-12-01 12:30$/m);
    await well("bob", [
      "send",
      "--type",
      "calendar_reply",
      "--reply-to",
      event.id,
      "--answer",
      "accepted",
      "--wait",
    ]);
    expect((await json("alice", ["read", (await newest("alice")).id])).message).toMatchObject({
      type: "calendar_reply",
      uid: event.id,
      participationStatus: "accepted",
    });
    await well("bob", ["send", "--type", "reaction", "--target", event.id, "--emoji", "👍", "--wait"]);
    expect(await well("alice", ["inbox", "--limit", "1"])).toContain("[reaction] 👍");
    const chat = await json(
      "alice",
      ["send", "--type", "chat_message", "--to", `bob@${beta.host}`, "--wait"],
      {
        input: "Are you there?\n",
      },
    );
    await well("alice", ["send", "--type", "edit", "--target", chat.id, "--body", "Are you here?", "--wait"]);
    expect((await json("bob", ["read", (await newest("bob")).id])).message).toMatchObject({
      target: chat.id,
      text: "Are you here?",
    });
    await well("alice", ["send", "--type", "recall", "--target", chat.id, "--wait"]);
    expect(await newest("bob")).toMatchObject({ type: "recall" });
  },
  slow,
);

test(
  "While the other server is down the sender and the operator see why and when next; it can be tried at once and arrives",
  async () => {
    await beta.stop();
    const waited = await run("alice", [
      "send",
      "--to",
      `bob@${beta.host}`,
      "--body",
      "Patience",
      "--wait",
      "1",
      "--json",
    ]);
    expect(waited).toMatchObject({
      code: 1,
      err: expect.stringContaining("has not arrived everywhere after 1 s"),
    });
    const { id } = JSON.parse(waited.out);
    expect(await well("alice", ["status", id])).toMatch(
      new RegExp(`bob@${beta.host}  retrying  ${beta.host} did not answer: .* Tried .*\\. Next try \\d{4}-`),
    );
    const queue = await json("operator", operator(alpha, ["queue"]));
    expect(queue).toMatchObject({
      waiting: 1,
      hosts: [{ host: beta.host, waiting: 1, problem: { code: "unavailable" } }],
    });
    expect(await well("operator", operator(alpha, ["queue"]))).toMatch(
      /1 message waits.*\n {2}why .*\n {2}failed .*\n {2}next try +\d{4}-/,
    );
    const before = (await json("alice", ["status", id])).recipients[0].attempts;
    expect(await json("operator", operator(alpha, ["queue", "retry", beta.host]))).toEqual({
      host: beta.host,
      retried: 1,
    });
    await expect
      .poll(async () => (await json("alice", ["status", id])).recipients[0].attempts, { timeout: 30_000 })
      .toBeGreaterThan(before);
    await beta.start();
    expect(await json("alice", ["status", id, "--wait"])).toMatchObject({
      recipients: [{ status: "delivered" }],
    });
    expect(await well("operator", operator(alpha, ["queue"]))).toBe("Nothing waits.\n");
    const none = await run("operator", operator(alpha, ["queue", "retry", beta.host]));
    expect(none).toMatchObject({
      code: 1,
      err: expect.stringMatching(/Nothing waits.*\(notFound\)\nNext: .* queue/),
    });
  },
  slow,
);

test(
  "A message that is held is taken back and arrives nowhere",
  async () => {
    const held = await well("alice", ["send", "--to", `bob@${beta.host}`, "--body", "Rash", "--undo", "300"]);
    expect(held).toMatch(/Held until .* \(in 5 min\)\. To take it back: posthorn cancel /);
    const [id = ""] = held.split("\n");
    expect(await json("alice", ["cancel", id])).toMatchObject({ recipients: [{ status: "cancelled" }] });
    const gone = await run("alice", ["status", id, "--wait"]);
    expect(gone).toMatchObject({ code: 1, err: expect.stringContaining("is taken back") });
    const sent = await json("alice", ["send", "--to", `bob@${beta.host}`, "--body", "Calm", "--wait"]);
    const late = await run("alice", ["cancel", sent.id]);
    expect(late).toMatchObject({ code: 1, err: expect.stringMatching(/\(notHeld\)\nNext: .*--type recall/) });
  },
  slow,
);

test(
  "A token is shown once, does what it may, and nothing once it is revoked",
  async () => {
    const made = await json("alice", ["token", "create", "backup", "--scope", "read", "--expires", "7d"]);
    expect(made).toMatchObject({ name: "backup", scopes: ["read"], token: expect.stringMatching(/^ph_/) });
    const listed = await well("alice", ["token"]);
    expect(listed).toContain("backup");
    expect(listed).not.toContain(made.token);
    const environment = { POSTHORN_TOKEN: made.token, POSTHORN_AS: `alice@${alpha.host}` };
    const trusting = { environment, home: homeOf("alice") };
    expect((await runPosthorn(["inbox", "--json"], trusting)).code).toBe(0);
    const beyond = await runPosthorn(["send", "--to", `bob@${beta.host}`, "--body", "x"], trusting);
    expect(beyond).toMatchObject({ code: 1, err: expect.stringContaining("lacks the scope “send”") });
    await well("alice", ["token", "revoke", made.id]);
    const revoked = await runPosthorn(["inbox"], trusting);
    expect(revoked).toMatchObject({ code: 4, out: "", err: expect.stringContaining("(unauthorized)") });
    expect(await json("alice", ["sessions"])).toMatchObject([{ current: true }]);
  },
  slow,
);

test(
  "The operator sees the other servers, blocks one and allows it again",
  async () => {
    expect(await json("operator", operator(beta, ["peer"]))).toMatchObject([
      { host: alpha.host, policy: "allow" },
    ]);
    expect(await well("operator", operator(beta, ["peer", "block", alpha.host]))).toContain("is blocked");
    const blocked = await run("alice", [
      "send",
      "--to",
      `bob@${beta.host}`,
      "--body",
      "Hello?",
      "--wait",
      "--json",
    ]);
    expect(blocked.code).toBe(1);
    expect(JSON.parse(blocked.out)).toMatchObject({
      recipients: [{ status: "failed", problem: { code: "peerBlocked" } }],
    });
    expect(JSON.parse(blocked.err)).toMatchObject({ exitCode: 1, error: { code: "failed" } });
    expect(await well("operator", operator(beta, ["peer", "list"]))).toMatch(
      new RegExp(`^${alpha.host} +blocked`, "m"),
    );
    await well("operator", operator(beta, ["peer", "allow", alpha.host]));
    await well("alice", ["send", "--to", `bob@${beta.host}`, "--body", "Hello", "--wait"]);
  },
  slow,
);

test(
  "The operator suspends an account, lets it in again, and changes what it may hold",
  async () => {
    await well("operator", operator(beta, ["account", "suspend", "bob"]));
    const outside = await run("bob", ["inbox"]);
    expect(outside).toMatchObject({ code: 1, err: expect.stringContaining("suspended") });
    await well("operator", operator(beta, ["account", "readmit", "bob"]));
    await well("bob", ["inbox"]);
    expect(await well("operator", operator(beta, ["account", "quota", "bob", "2GiB"]))).toContain(
      "may hold 2 GiB",
    );
    expect(await json("operator", operator(beta, ["account"]))).toMatchObject([
      { name: "bob", suspended: false, quotaBytes: 2 * 1024 ** 3 },
    ]);
    expect(await json("operator", operator(beta, ["invite", "list"]))).toMatchObject([
      { usedBy: `bob@${beta.host}` },
    ]);
  },
  slow,
);

test(
  "The doctor finds a server well, and says what is wrong when it is not",
  async () => {
    const found = await json("operator", operator(alpha, ["doctor"]));
    expect(found).toMatchObject({ ok: true });
    expect(found.checks.map((check: { name: string }) => check.name)).toEqual(
      expect.arrayContaining([
        "Node",
        "data folder",
        "server",
        "database",
        "disk",
        "discovery",
        "shown certificate",
        "clock",
        "queue",
        "other servers",
      ]),
    );
    await beta.stop();
    const down = await run("operator", operator(beta, ["doctor"]));
    await beta.start();
    expect(down.code).toBe(1);
    expect(down.out).toMatch(/^✗ server .*does not take connections.*\n +→ Start it/m);
    expect(down.out).toMatch(/^– queue/m);
    expect(down.err).toMatch(/^posthorn: One thing is wrong\. .*\nNext: .*doctor/);
  },
  slow,
);

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
      /“soon” is not a time.*\nNext: /,
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
      () => ["read", "999"],
      1,
      /There is no such message.*\(notFound\)\nNext: posthorn inbox/,
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
      /There is no \/nowhere\/plan.pdf\. \(ENOENT\)\nNext: /,
    ],
    [
      "no such account",
      "operator",
      () => operator(beta, ["account", "suspend", "carol"]),
      1,
      /There is no account “carol”.*\nNext: posthorn account list/,
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
      /gone.localhost:1 does not take connections\. Check/,
    ],
    [
      "an authority nobody trusts",
      "stranger",
      () => ["login", bob(), "--password-stdin"],
      3,
      /could not prove.*\nNext: posthorn login ADDRESS --ca FILE/,
    ],
    [
      "a used invitation",
      "bob",
      () => ["register", "https://example.com/"],
      1,
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
  "Whoever has several accounts is asked which one is meant",
  async () => {
    await json("alice", ["login", `bob@${beta.host}`, "--password-stdin"], { input: password });
    const unclear = await run("alice", ["inbox"]);
    expect(unclear).toMatchObject({
      code: 2,
      err: expect.stringMatching(/Several accounts .*\nNext: .*--as/),
    });
    await well("alice", ["inbox", "--as", `bob@${beta.host}`]);
    expect(await json("alice", ["logout", "--as", `bob@${beta.host}`])).toEqual({
      signedOut: `bob@${beta.host}`,
    });
    await well("alice", ["inbox"]);
  },
  slow,
);

test(
  "A server is served until it is told to stop, and its first start says how to invite",
  async () => {
    const data = join(folder, "gamma");
    const port = await freePort();
    const args = ["serve", "--local", "--host", `gamma.localhost:${port}`, "--data", data];
    const child = startPosthorn(args, { home: homeOf("operator") });
    let out = "";
    const ended = new Promise((resolve) => child.on("close", resolve));
    child.stdout?.setEncoding("utf8");
    for await (const text of child.stdout ?? []) {
      out += text;
      if (out.includes("invite --data")) break;
    }
    expect(out).toContain(`Posthorn serves gamma.localhost:${port}`);
    expect(out).toContain(data);
    expect((await stat(data)).mode & 0o077).toBe(0);
    const again = await run("operator", [...args.slice(0, -1), join(folder, "delta")]);
    expect(again).toMatchObject({
      code: 1,
      err: expect.stringMatching(/is taken by another program.*\nNext: .*--port/),
    });
    expect(await json("operator", ["doctor", "--data", data])).toMatchObject({ ok: true });
    child.kill("SIGTERM");
    expect(await ended).toBe(0);
  },
  slow,
);
