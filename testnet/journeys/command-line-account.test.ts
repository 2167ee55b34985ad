/** Sign-ins and tokens at the command line. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { openCommandLine, operator, password } from "../src/command-line.ts";
import { runPosthorn } from "../src/posthorn-command.ts";

const slow = 120_000;
const { alpha, beta, homeOf, run, well, json, close } = await openCommandLine();

afterAll(close);

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
    const toBob = ["send", "--to", `bob@${beta.host}`, "--body", "x", "--in-the-open"];
    const beyond = await runPosthorn(toBob, trusting);
    expect(beyond).toMatchObject({ code: 1, err: expect.stringContaining("lacks the scope “send”") });
    await well("alice", ["token", "revoke", made.id]);
    const revoked = await runPosthorn(["inbox"], trusting);
    expect(revoked).toMatchObject({ code: 4, out: "", err: expect.stringContaining("(unauthorized)") });
    expect(await json("alice", ["sessions"])).toMatchObject([{ current: true }]);
  },
  slow,
);

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
  "Who signs in again has one sign-in, and a kept one that is damaged is replaced by signing in",
  async () => {
    const address = `bob@${beta.host}`;
    await json("bob", ["login", address, "--password-stdin"], { input: password });
    expect(await json("bob", ["sessions"])).toMatchObject([{ current: true }]);
    await writeFile(join(homeOf("bob"), `${address.replace(":", "_")}.json`), "{");
    const damaged = await run("bob", ["inbox"]);
    expect(damaged).toMatchObject({ code: 4, out: "" });
    expect(damaged.err).toMatch(/is damaged\. Sign in again\.\nNext: posthorn login bob@/);
    await json("bob", ["login", address, "--password-stdin"], { input: password });
    await well("bob", ["inbox"]);
  },
  slow,
);

test(
  "Who deletes their account is asked for its address and password, and can keep it for fourteen days",
  async () => {
    const address = `alice@${alpha.host}`;
    const foretold = await well("alice", ["leave", "--dry-run"]);
    expect(foretold).toContain("is given to nobody again");
    expect(await json("alice", ["leave", "--dry-run"])).toEqual({ address, eraseAt: null });
    const other = ["leave", "--confirm", `bob@${beta.host}`, "--password-stdin"];
    expect(await run("alice", other, { input: password })).toMatchObject({ code: 2, out: "" });
    const confirmed = ["leave", "--confirm", address, "--password-stdin"];
    const wrong = await run("alice", confirmed, { input: "not the password" });
    expect(wrong).toMatchObject({ code: 1, err: expect.stringContaining("not the password") });
    const { eraseAt } = await json("alice", confirmed, { input: password });
    const days = (Date.parse(eraseAt) - Date.now()) / 86_400_000;
    expect(Math.round(days)).toBe(14);
    expect(await json("alice", ["leave", "--dry-run"])).toEqual({ address, eraseAt });
    const sent = await run("alice", ["send", "--to", `bob@${beta.host}`, "--body", "x"]);
    expect(sent).toMatchObject({ code: 1, err: expect.stringContaining("(accountClosing)") });
    const listed = await json("operator", operator(alpha, ["account"]));
    expect(listed).toMatchObject([{ name: "alice", eraseAt }]);
    expect(await well("operator", operator(alpha, ["account"]))).toContain("erased");
    expect(await json("alice", ["leave", "--undo"])).toEqual({ address, eraseAt: null });
    await well("alice", ["send", "--to", `bob@${beta.host}`, "--body", "x"]);
  },
  slow,
);
