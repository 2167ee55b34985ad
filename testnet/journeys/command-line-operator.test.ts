/** Whoever runs a server at the command line: its queue, its accounts, its peers, its health. */
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { openCommandLine, operator, password } from "../src/command-line.ts";
import { freePort } from "../src/free-port.ts";
import { startPosthorn } from "../src/posthorn-command.ts";

const slow = 120_000;
const { alpha, beta, folder, homeOf, run, well, json, close } = await openCommandLine();

afterAll(close);

test(
  "While the other server is down the sender and the operator see why and when next; it can be tried at once and arrives",
  async () => {
    // Who has been written to before can be sealed to while their server does not answer.
    await well("alice", ["send", "--to", `bob@${beta.host}`, "--body", "Until later", "--wait"]);
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
      code: 5,
      err: expect.stringContaining("has not arrived everywhere after 1 s"),
    });
    expect(JSON.parse(waited.err)).toMatchObject({ error: { code: "notYet" }, exitCode: 5 });
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
  "The operator suspends an account, lets it in again, changes what it may hold, and takes an invitation back",
  async () => {
    await well("operator", operator(beta, ["account", "suspend", "bob"]));
    const outside = await run("bob", ["inbox"]);
    expect(outside).toMatchObject({ code: 1, err: expect.stringContaining("suspended") });
    await well("operator", operator(beta, ["account", "readmit", "bob"]));
    const over = await run("bob", ["inbox"]);
    expect(over).toMatchObject({
      code: 4,
      err: expect.stringContaining("account was suspended. Sign in again."),
    });
    await well("bob", ["login", `bob@${beta.host}`, "--password-stdin"], { input: `${password}\n` });
    await well("bob", ["inbox"]);
    expect(await json("bob", ["sessions"])).toMatchObject([{ current: true }]);
    expect(await well("operator", operator(beta, ["account", "quota", "bob", "2GiB"]))).toContain(
      "may hold 2 GiB",
    );
    expect(await json("operator", operator(beta, ["account"]))).toMatchObject([
      { name: "bob", suspended: false, quotaBytes: 2 * 1024 ** 3 },
    ]);
    const invite = await json("operator", operator(beta, ["invite"]));
    expect(await json("operator", operator(beta, ["invite", "list"]))).toMatchObject([
      { id: invite.id },
      { usedBy: `bob@${beta.host}` },
    ]);
    await well("operator", operator(beta, ["invite", "revoke", invite.id]));
    const guest = await run("bob", ["register", invite.url, "--name", "carol", "--password-stdin"], {
      input: "correct horse",
    });
    expect(guest).toMatchObject({ code: 1, err: expect.stringContaining("This invitation does not exist.") });
    const [spent] = await json("operator", operator(beta, ["invite", "list"]));
    const late = await run("operator", operator(beta, ["invite", "revoke", spent.id]));
    expect(late).toMatchObject({ code: 1 });
    expect(late.err).toMatch(
      /has been used already by bob@.*\(gone\)\nNext: posthorn account suspend NAME --data/,
    );
  },
  slow,
);

test(
  "The operator gives an account the role, sees who has it, and takes it back",
  async () => {
    const given = await well("operator", operator(beta, ["account", "operator", "bob"]));
    expect(given).toBe(`bob@${beta.host} is an operator now.\n`);
    expect(await well("operator", operator(beta, ["account", "list"]))).toMatch(/^bob@.* operator$/m);
    await well("operator", operator(beta, ["account", "operator", "bob", "--revoke"]));
    expect(await json("operator", operator(beta, ["account", "list"]))).toMatchObject([
      { name: "bob", operator: false },
    ]);
    const invited = await json("operator", operator(beta, ["invite", "--name", "deputy", "--operator"]));
    expect(invited).toMatchObject({ name: "deputy", operator: true });
    await well("operator", operator(beta, ["invite", "revoke", invited.id]));
  },
  slow,
);

test(
  "The operator makes a link for somebody who has lost password and phrase, and is told what it does not open",
  async () => {
    const made = await well("operator", operator(beta, ["account", "reset", "bob"]));
    expect(made).toMatch(/^By this link bob sets a new password.*\n\n {2}https:\/\/\S+\/reset#[\w-]{43}\n/);
    expect(made).toContain("only their old recovery phrase opens it");
    const none = await run("operator", operator(beta, ["account", "reset", "nobody"]));
    expect(none).toMatchObject({
      code: 1,
      err: expect.stringMatching(/no account “nobody”.*\n.*account list/),
    });
  },
  slow,
);

test(
  "The operator makes an open account for a test suite, which gets in by its token or its password",
  async () => {
    const made = await json("operator", operator(alpha, ["account", "create", "robot", "--open"]));
    expect(made).toEqual({
      address: `robot@${alpha.host}`,
      endpoint: alpha.endpoint,
      sealed: false,
      password: expect.stringMatching(/^[\w-]{24}$/),
      token: expect.stringMatching(/^ph_/),
    });
    const ca = join(dirname(alpha.folder), "local-ca", "ca.pem");
    await well("robot", ["login", made.address, "--password-stdin", "--ca", ca], {
      input: `${made.password}\n`,
    });
    const byToken = { environment: { POSTHORN_TOKEN: made.token, POSTHORN_AS: made.address } };
    await well("robot", ["send", "--to", made.address, "--body", "To myself", "--wait"], byToken);
    expect(await json("robot", ["inbox"], byToken)).toMatchObject([{ wire: { from: { id: "robot" } } }]);
    const again = await run("operator", operator(alpha, ["account", "create", "robot", "--open"]));
    expect(again).toMatchObject({ code: 1, err: expect.stringContaining("Choose another name.") });
    const sealed = await well("operator", operator(alpha, ["account", "create", "kept"]));
    expect(sealed).toMatch(/^Password +\S{24}$/m);
    expect(sealed).toContain("Your recovery phrase:");
  },
  slow,
);

test(
  "An account that cannot be made, because its server is not reached as others reach it, leaves no invitation behind",
  async () => {
    const invitations = () => json("operator", operator(alpha, ["invite", "list"]));
    const before = await invitations();
    const place = JSON.parse(await readFile(join(alpha.folder, "operator.json"), "utf8"));
    const astray = join(folder, "astray");
    await mkdir(astray);
    // Without its authority nobody believes its certificate.
    const { ca: _, ...rest } = place;
    await writeFile(join(astray, "operator.json"), JSON.stringify(rest), { mode: 0o600 });
    const failed = await run("stranger", ["account", "create", "late", "--open", "--data", astray]);
    expect(failed.code).not.toBe(0);
    expect(await invitations()).toEqual(before);
    const made = await json("operator", operator(alpha, ["account", "create", "late", "--open"]));
    expect(made).toMatchObject({ address: `late@${alpha.host}` });
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
    expect(down.err).toMatch(/^posthorn: One thing is wrong\.\nNext: .*doctor/);
  },
  slow,
);

test(
  "A server is served until it is told to stop, and its first start says how to set it up and how to invite",
  async () => {
    const data = join(folder, "gamma");
    const port = await freePort();
    const site = join(folder, "site");
    await mkdir(site);
    await writeFile(join(site, "index.html"), "<!doctype html>");
    const args = ["serve", "--local", "--host", `gamma.localhost:${port}`, "--web", site, "--data", data];
    const child = startPosthorn(args, { home: homeOf("operator") });
    let out = "";
    let log = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      log += text;
    });
    const ended = new Promise((resolve) => child.on("close", resolve));
    child.stdout?.setEncoding("utf8");
    for await (const text of child.stdout ?? []) {
      out += text;
      if (out.includes("invite --data")) break;
    }
    expect(out).toContain(`Posthorn serves gamma.localhost:${port}`);
    expect(out).toContain(data);
    const [, setup = "", token = ""] =
      /^ {2}(https?:\/\/gamma\.localhost:\d+\/setup#([\w-]{22}))$/m.exec(out) ?? [];
    expect(setup).not.toBe("");
    expect((await stat(data)).mode & 0o077).toBe(0);
    const again = await run("operator", [...args.slice(0, -1), join(folder, "delta")]);
    expect(again).toMatchObject({
      code: 1,
      err: expect.stringMatching(/is taken by another program.*\nNext: .*--port/),
    });
    expect(await json("operator", ["doctor", "--data", data])).toMatchObject({ ok: true });
    child.kill("SIGTERM");
    expect(await ended).toBe(0);
    expect(log).toContain("server started");
    expect(log).not.toContain(token);
  },
  slow,
);
