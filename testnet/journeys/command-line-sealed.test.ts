/** What the command line says of how far a message can be trusted, and of what it will not send. */
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "@posthorn/server";
import { afterAll, expect, test } from "vitest";
import { openCommandLine, operator, password } from "../src/command-line.ts";

const slow = 120_000;
const { alpha, beta, folder, homeOf, run, well, json, enrol, close } = await openCommandLine();
const toBob = ["send", "--to", `bob@${beta.host}`, "--wait"];

afterAll(close);

/** Somebody at beta changes what lies there of a message. */
async function tamper(
  messageId: string,
  change: (message: Record<string, unknown>) => object,
): Promise<void> {
  await beta.server.store.write(async (tx) => {
    const row = await tx.get(sql`
      SELECT b.id, b.bytes FROM message_bytes b JOIN object o ON o.bytes_id = b.id
      WHERE o.message_id = ${messageId}`);
    if (!(row?.bytes instanceof Uint8Array)) throw new Error("the message is not there");
    const bytes = Buffer.from(JSON.stringify(change(JSON.parse(Buffer.from(row.bytes).toString()))));
    await tx.run(sql`UPDATE message_bytes SET bytes = ${bytes} WHERE id = ${Number(row.id)}`);
  });
}

test(
  "A new account shows its recovery phrase once, in two columns, and keeps its keys where nobody else reads them",
  async () => {
    const ca = join(alpha.folder, "..", "local-ca", "ca.pem");
    const register = async (name: string, ...options: string[]) => {
      const { url } = await json("operator", operator(alpha, ["invite", "--name", name]));
      const args = ["register", url, "--password-stdin", "--ca", ca, ...options];
      return well(name, args, { input: `${password}\n` });
    };
    const told = await register("carol");
    expect(told).toMatch(/^Your recovery phrase:\n\n(?:.*\n)+\nYou are carol@\S+, and signed in\.\n/);
    expect(told).toMatch(/\n {3}1 {2}[a-z]+ +7 {2}[a-z]+\n(?:.*\n){4} {3}6 {2}[a-z]+ +12 {2}[a-z]+\n/);
    expect(told).toContain("nobody can give it back, whoever runs the server included.");
    const kept = join(homeOf("carol"), `carol@${alpha.host.replace(":", "_")}.json`);
    expect((await stat(kept)).mode & 0o077).toBe(0);
    expect(JSON.parse(await readFile(kept, "utf8"))).toMatchObject({
      keys: { rootSecret: expect.any(String) },
    });
    const open = await register("dan", "--open");
    expect(open).toContain("This is an open account: its server, and whoever runs it, can read its mail.");
    expect(open).not.toContain("recovery phrase");
    const login = (name: string) =>
      well(name, ["login", `${name}@${alpha.host}`, "--password-stdin"], { input: password });
    expect(await login("dan")).toMatch(/^Signed in as dan@\S+\nThis is an open account: its server, and/);
    expect(await login("carol")).toMatch(/^Signed in .*\nIf you have no recovery phrase .* keys new-phrase/);
  },
  slow,
);

test(
  "The recovery phrase is shown also when the sign-in cannot be kept on this machine",
  async () => {
    const { url } = await json("operator", operator(alpha, ["invite", "--name", "erin"]));
    await mkdir(join(homeOf("erin"), `erin@${alpha.host.replace(":", "_")}.json`), { recursive: true });
    const ca = join(alpha.folder, "..", "local-ca", "ca.pem");
    const { code, out, err } = await run("erin", ["register", url, "--password-stdin", "--ca", ca], {
      input: `${password}\n`,
    });
    expect(code).toBe(1);
    expect(out).toMatch(/^Your recovery phrase:\n\n {3}1 {2}[a-z]+ +7 {2}[a-z]+\n/);
    expect(err).toMatch(/erin@\S+ is registered, but its sign-in could not be kept .*\nNext: posthorn login/);
  },
  slow,
);

test(
  "A message that its server has changed cannot be opened and harms no other, and one that it keeps back is missed, but not one that was taken back",
  async () => {
    const first = await json("alice", [...toBob, "--subject", "First", "--body", "1"]);
    expect(first).toMatchObject({ sealed: true, news: [{ address: `bob@${beta.host}`, news: "firstSeen" }] });
    const rash = await json("alice", ["send", "--reply-to", first.id, "--body", "Rash", "--undo", "300"]);
    await well("alice", ["cancel", rash.id]);
    const second = await json("alice", ["send", "--reply-to", first.id, "--body", "2", "--wait"]);
    const third = await json("alice", [...toBob, "--subject", "Third", "--body", "3"]);
    const whole = await well("bob", ["read", second.id]);
    expect(whole).toContain("Sealed, from alice@");
    expect(whole).not.toContain("is missing");

    const other = first.id.replace(/^.{8}/, "00000000");
    await beta.server.store.write((tx) =>
      tx.run(sql`UPDATE object SET message_id = ${other} WHERE message_id = ${first.id}`),
    );
    expect(await well("bob", ["read", second.id])).toMatch(
      /\(not compared\)\.\nA message that its sender wrote before this one is missing:/,
    );
    await tamper(third.id, (message) => ({ ...message, date: "2026-01-01T00:00:00.000Z" }));
    expect(await well("bob", ["inbox"])).toMatch(
      /alice@\S+ {2}\(cannot be opened\)\n.*alice@\S+ {2}Re: First\n.*alice@\S+ {2}First\n/,
    );
    const [damaged, fine] = await json("bob", ["inbox", "--limit", "2"]);
    expect(damaged).toMatchObject({
      subject: null,
      sealed: null,
      trust: "notOpened",
      wire: { id: third.id },
    });
    expect(fine).toMatchObject({ subject: "Re: First", sealed: true, trust: "notCompared" });
    const refused = await run("bob", ["read", third.id]);
    expect(refused).toMatchObject({ code: 1, out: "" });
    expect(refused.err).toMatch(/cannot be opened\. .*\(notOpened\)\n$/);
  },
  slow,
);

test(
  "What comes in the open is told apart, and warned of when its sender would have sealed it",
  async () => {
    const tokenFor = async (scope: string) => {
      const { token } = await json("alice", ["token", "create", "robot", "--scope", scope]);
      return { POSTHORN_TOKEN: token, POSTHORN_AS: `alice@${alpha.host}` };
    };
    const [environment, narrow] = [await tokenFor("read,send"), await tokenFor("send")];
    const pay = [...toBob.slice(0, -1), "--subject", "Pay", "--body", "now"];
    const whole = JSON.stringify({ to: [{ id: "bob", host: beta.host }], subject: "Pay", body: "now" });
    const refused = [
      await run("alice", pay, { environment }),
      await run("alice", ["send", "--json-message", "-"], { environment, input: whole }),
    ];
    for (const { code, out, err } of refused) {
      expect({ code, out }).toEqual({ code: 1, out: "" });
      expect(err).toMatch(/is a sealed account, and this token .*\(noKeys\)\nNext: .*--in-the-open/);
    }
    const unsure = await run("alice", pay, { environment: narrow });
    expect(unsure).toMatchObject({ code: 1, out: "", err: expect.stringContaining("may be a sealed") });
    const forged = await json("alice", [...pay, "--in-the-open"], { environment: narrow });
    expect(forged.sealed).toBe(false);
    await expect
      .poll(() => well("bob", ["inbox", "--limit", "1"]), { timeout: 30_000 })
      .toMatch(/alice@\S+ {2}\(may be forged\) Pay\n/);
    expect(await well("bob", ["read", forged.id])).toMatch(
      /\nWARNING: This came in the open, and alice@\S+ has keys .*: it may be forged\./,
    );

    await enrol(beta, "shop", "--open");
    const bill = await json("shop", [...toBob, "--subject", "Your bill", "--body", "42"]);
    expect(await well("shop", [...toBob.slice(0, -1), "--subject", "Reminder", "--body", "42"])).toMatch(
      /\nIt goes in the open: the servers on the way can read it\.\nYour server has it\. /,
    );
    expect(await well("bob", ["read", bill.id])).toContain(
      "\nCame in the open: servers on the way could read it, and nobody has signed it.\n",
    );
    expect(await json("bob", ["read", bill.id])).toMatchObject({ sealed: false, trust: "open" });
  },
  slow,
);

test(
  "Nothing goes in the open unless that is said, and never to who has keys",
  async () => {
    await enrol(beta, "robot", "--open");
    const path = join(folder, "note.txt");
    await writeFile(path, "a note");
    const toRobot = ["send", "--to", `robot@${beta.host}`, "--body", "Beep", "--attach", path, "--wait"];
    const refused = await run("alice", toRobot);
    expect(refused).toMatchObject({ code: 1, out: "" });
    expect(refused.err).toMatch(
      /robot@\S+ has no keys: .* can be read by the servers on the way\. Nothing was sent\. \(noKeys\)\nNext: .*--in-the-open/,
    );
    const sent = await json("alice", [...toRobot, "--in-the-open"]);
    expect(sent).toMatchObject({ sealed: false, recipients: [{ status: "delivered" }] });
    expect(await json("robot", ["read", sent.id])).toMatchObject({
      message: { body: "Beep", attachments: [{ filename: "note.txt", size: 6 }] },
      trust: "open",
    });
    expect(await well("alice", ["read", sent.id])).toContain("\nWent in the open: servers on the way");
    const mixed = await run("alice", [...toRobot, "--cc", `bob@${beta.host}`, "--in-the-open"]);
    expect(mixed).toMatchObject({ code: 1, out: "" });
    expect(mixed.err).toMatch(
      /robot@\S+ has no keys, and the others have: .*\(noKeys\)\nNext: .* of its own/,
    );
    expect(await json("alice", [...toBob, "--body", "For you", "--in-the-open"])).toMatchObject({
      sealed: true,
    });
    const nobody = await run("alice", [
      "send",
      "--to",
      `nobody@${beta.host}`,
      "--body",
      "x",
      "--in-the-open",
    ]);
    expect(nobody).toMatchObject({ code: 1, err: expect.stringContaining("(recipientUnknown)") });
  },
  slow,
);
