/** A writer at the command line: messages of every type written, read, saved, marked and taken back. */
import { readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { bytesSource, callJmap, resume, uploadFile } from "@posthorn/client";
import { openHome } from "@posthorn/client/node";
import { afterAll, expect, test } from "vitest";
import { openCommandLine } from "../src/command-line.ts";

const slow = 120_000;
const { alpha, beta, folder, homeOf, run, well, json, newest, enrol, close } = await openCommandLine();

afterAll(close);

const talk = ["--mailbox", "conversations"];

/** The newest of somebody's conversations. */
async function talked(name: string) {
  const [meta] = await json(name, ["inbox", ...talk, "--limit", "1"]);
  return meta;
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
      new RegExp(
        `^\\*  m\\d+  \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d  alice@${alpha.host}  The plan  \\+1$`,
        "m",
      ),
    );
    expect(listed).toContain("1 in Inbox, 1 unread.");
    const meta = await newest("bob");
    expect(meta).toMatchObject({ subject: "The plan", keywords: {}, sealed: true, wire: { id: sent.id } });

    const shown = await well("bob", ["read", sent.id]);
    expect(shown).toContain(`\nSealed, from alice@${alpha.host} (not compared).\n`);
    expect(shown).toContain("Grüße, Bob\n<U+001B>[31mred<U+001B>[0m and <U+202E>turned\n");
    expect(shown).toContain("1  plan.pdf  684 KiB  application/pdf");
    const read = await json("bob", ["read", meta.id]);
    expect(read).toMatchObject({
      meta: { keywords: { $seen: true } },
      message: { id: sent.id, body: letter },
      sealed: true,
      trust: "notCompared",
      missingBefore: false,
    });

    const place = join(folder, "received.pdf");
    await writeFile(`${place}.sealed.part`, content);
    await truncate(`${place}.sealed.part`, 300_000);
    const saved = await json("bob", ["save", meta.id, "--attachment", "1", "--to", place]);
    expect(saved).toEqual([
      { path: place, size: content.length, hash: expect.stringMatching(/^[0-9a-f]{64}$/) },
    ]);
    expect((await readFile(place)).equals(content)).toBe(true);
    expect(await well("bob", ["save", meta.id, "--to", place])).toMatch(/684 KiB, was there already\n$/);
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
      wire: { inReplyTo: sent.id, thread: sent.id },
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
    await enrol(beta, "robot", "--open");
    const path = join(folder, "note.txt");
    await writeFile(path, "a note");
    const transfer = ["send", "--type", "file_transfer", "--attach", path, "--in-the-open", "--wait"];
    const first = await json("alice", [...transfer, "--to", `robot@${beta.host}`]);
    expect(first.sealed).toBe(false);
    const { message } = await json("alice", ["read", first.id]);
    const names = ["../../../outside.txt", "twice\u202etxt.exe", "C:\\twicetxt.exe", ".bashrc"];
    const attachments = names.map((filename) => ({ ...message.attachments[0], filename }));
    const whole = { to: [{ id: "robot", host: beta.host }], subject: "Names", body: "", attachments };
    const input = JSON.stringify(whole);
    await json("alice", ["send", "--json-message", "-", "--in-the-open", "--wait"], { input });
    const [{ id }] = await json("robot", ["inbox", "--limit", "1"]);
    const saved: { path: string }[] = await json("robot", ["save", id, "--to", `${folder}/`]);
    expect(saved.map((file) => file.path)).toEqual(
      ["outside.txt", "twicetxt.exe", "twicetxt (2).exe", "bashrc"].map((name) => join(folder, name)),
    );
    expect(await readFile(join(folder, "outside.txt"), "utf8")).toBe("a note");

    // What is there already, the same, is left, and the rest is saved.
    await rm(join(folder, "bashrc"));
    expect(await well("robot", ["save", id, "--to", `${folder}/`])).toMatch(
      /outside\.txt {2}6 bytes, was there already\n(?:.*\n){2}.*bashrc {2}6 bytes\n$/,
    );
    const nowhere = await run("robot", ["save", id, "--to", join(folder, "none", "note.txt")]);
    expect(nowhere).toMatchObject({
      code: 2,
      err: expect.stringMatching(/There is no folder .*none\.\nNext: Make it first/),
    });

    const keyed = { ...whole, to: [{ id: "bob", host: beta.host }] };
    const refused = await run("alice", ["send", "--json-message", "-", "--in-the-open"], {
      input: JSON.stringify(keyed),
    });
    expect(refused).toMatchObject({ code: 2, out: "" });
    expect(refused.err).toMatch(/have keys, .* Nothing was sent\.\nNext: Write it with the options/);
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
    expect(await well("bob", ["read", event.id])).toMatch(/^When +2026-12-01 12:30$/m);
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
    expect(await well("alice", ["inbox", "--limit", "1"])).toMatch(/bob@\S+ {2}accepts “Lunch”\n/);
    await well("bob", ["send", "--type", "reaction", "--target", event.id, "--emoji", "👍", "--wait"]);
    expect(await well("alice", ["inbox", ...talk, "--limit", "1"])).toMatch(
      /bob@\S+ {2}reacts with 👍 to “Lunch”\n/,
    );
    const chat = await json(
      "alice",
      ["send", "--type", "chat_message", "--to", `bob@${beta.host}`, "--wait"],
      {
        input: "Are you there?\n",
      },
    );
    expect(await well("bob", ["inbox"])).toMatch(
      /^1 unread in Conversations: posthorn inbox --mailbox conversations$/m,
    );
    await well("alice", ["send", "--type", "edit", "--target", chat.id, "--body", "Are you here?", "--wait"]);
    expect((await json("bob", ["read", (await talked("bob")).id])).message).toMatchObject({
      target: chat.id,
      text: "Are you here?",
    });
    await well("alice", ["send", "--type", "recall", "--target", chat.id, "--wait"]);
    expect(await talked("bob")).toMatchObject({ wire: { type: "recall" } });
    const changes = await well("bob", ["inbox", ...talk, "--limit", "2"]);
    expect(changes).toMatch(/takes back “Are you there\?”\n.*changes “Are you there\?”: Are you here\?\n/);
    expect(await well("bob", ["read", (await talked("bob")).id])).toMatch(
      /^What +takes back “Are you there\?”$/m,
    );
    for (const type of ["edit", "recall"]) {
      const refused = await run("bob", ["send", "--type", type, "--target", chat.id]);
      expect(refused).toMatchObject({ code: 2, out: "" });
      expect(refused.err).toMatch(/only what you have written; this message is from alice@.*\nNext: .*sent/);
    }
  },
  slow,
);

test(
  "A message sent again under its id arrives once, whether it was written with options or as JSON",
  async () => {
    const id = "01a21717-7812-7c9a-823e-1eaad1342f39";
    const letter = ["send", "--to", `bob@${beta.host}`, "--subject", "Once", "--body", "Only once", "--wait"];
    const first = await json("alice", [...letter, "--id", id]);
    expect(first).toMatchObject({ id, recipients: [{ status: "delivered" }] });
    expect(await json("alice", [...letter, "--id", id])).toEqual(first);
    const changed = await run("alice", ["send", "--to", `bob@${beta.host}`, "--body", "Twice", "--id", id]);
    expect(changed).toMatchObject({ code: 1, out: "", err: expect.stringContaining("(idConflict)") });
    const withFile = ["--attach", join(folder, "note.txt"), "--id", id.replace("7812", "7814")];
    const filed = await json("alice", [...letter, ...withFile]);
    expect(await json("alice", [...letter, ...withFile])).toEqual(filed);
    await writeFile(join(folder, "note.txt"), "a mode");
    const other = await run("alice", [...letter, ...withFile]);
    expect(other).toMatchObject({ code: 1, out: "", err: expect.stringContaining("(idConflict)") });
    const ids = (await json("bob", ["inbox", "--limit", "3"])).map(
      ({ wire }: { wire: { id: string } }) => wire.id,
    );
    expect(ids.slice(0, 2)).toEqual([filed.id, id]);
    expect(ids[2]).not.toBe(id);

    const open = { id: id.replace("7812", "7813"), to: [{ id: "robot", host: beta.host }], body: "Once" };
    const whole = ["send", "--json-message", "-", "--in-the-open", "--wait"];
    const input = JSON.stringify(open);
    expect(await json("alice", whole, { input })).toEqual(await json("alice", whole, { input }));
    const [last, before] = await json("robot", ["inbox", "--limit", "2"]);
    expect(last.wire.id).toBe(open.id);
    expect(before.wire.id).not.toBe(open.id);
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
    const later = ["send", "--to", `bob@${beta.host}`, "--body", "In a week", "--send-at", "+7d"];
    const scheduled = await json("alice", later);
    const { message } = await json("alice", ["read", scheduled.id]);
    expect(message.date).toBe(scheduled.sendAt);
    await well("alice", ["cancel", scheduled.id]);
    const twice = ["--to", `bob@${beta.host}`, "--to", `Bob@${beta.host}`, "--cc", `bob@${beta.host}`];
    const past = await well("alice", ["send", ...twice, "--body", "Late", "--send-at", "2020-01-01"]);
    expect(past).toContain("The time of --send-at is past, so it goes now.");
    expect(past.split("\n").filter((line) => line.includes(`  bob@${beta.host}`))).toHaveLength(1);
    const sent = await json("alice", ["send", "--to", `bob@${beta.host}`, "--body", "Calm", "--wait"]);
    const late = await run("alice", ["cancel", sent.id]);
    expect(late).toMatchObject({ code: 1, err: expect.stringMatching(/\(notHeld\)\nNext: .*--type recall/) });
  },
  slow,
);

test(
  "What comes is shown as it comes, opened, and nothing that was there before",
  async () => {
    let isOver = false;
    const watched = json("bob", ["watch", "--count", "1"]).finally(() => {
      isOver = true;
    });
    // It cannot be seen from here when it has begun to listen.
    for (let number = 1; !isOver && number <= 10; number++) {
      const letter = ["--to", `bob@${beta.host}`, "--subject", `Number ${number}`, "--body", "Now"];
      await well("alice", ["send", ...letter, "--wait"]);
    }
    expect(await watched).toMatchObject({
      subject: expect.stringMatching(/^Number \d/),
      trust: "notCompared",
    });
  },
  slow,
);

test(
  "Mail that a mail program has put into an open account is listed, read and its file saved",
  async () => {
    const home = openHome(homeOf("robot"));
    const session = await resume(await home.platform(), home.keeper(`robot@${beta.host}`));
    if (session === undefined) throw new Error("robot is not signed in");
    const file = await uploadFile(session, bytesSource(Buffer.from("Old plans")));
    const draft = {
      mailboxIds: { f1: true },
      from: [{ name: "Ann", email: "ann@old.example" }],
      to: [{ name: null, email: session.address }],
      subject: "From the old days",
      textBody: [{ partId: "1", type: "text/plain" }],
      bodyValues: { "1": { value: "I found this.\n\nAnn" } },
      attachments: [{ blobId: `b${file.hash}`, type: "text/plain", name: "plans.txt" }],
    };
    const [made] = await callJmap(session, [{ method: "Email/set", arguments: { create: { one: draft } } }]);
    expect(made?.answered).toMatchObject({ created: { one: { id: expect.any(String) } } });
    expect(await well("robot", ["inbox", "--limit", "1"])).toMatch(
      /^\* {2}m\d+ {2}\S+ \S+ {2}Ann <ann@old\.example> {2}From the old days {2}\+$/m,
    );
    const meta = await newest("robot");
    expect(meta).toMatchObject({ wire: null, hasAttachment: true });
    const shown = await well("robot", ["read", meta.id]);
    expect(shown).toMatch(/^From +Ann <ann@old\.example>$/m);
    expect(shown).toContain("\nStandard mail: nobody has signed it");
    expect(shown).toContain("\nI found this.\n\nAnn\n");
    expect((await newest("robot")).keywords).toEqual({ $seen: true });
    const place = join(folder, "old-plans.txt");
    expect(await json("robot", ["save", meta.id, "--to", place])).toEqual([{ path: place, size: 9 }]);
    expect(await readFile(place, "utf8")).toBe("Old plans");
    const answered = await run("robot", ["send", "--reply-to", meta.id, "--body", "Thanks"]);
    expect(answered).toMatchObject({ code: 1, out: "", err: expect.stringContaining("standard mail") });
  },
  slow,
);

test(
  "Who says how they are called is shown by name and address",
  async () => {
    await enrol(alpha, "cleo", "--display-name", "Cleo March");
    await well("cleo", [
      "send",
      "--to",
      `bob@${beta.host}`,
      "--subject",
      "It is me",
      "--body",
      "Cleo",
      "--wait",
    ]);
    const named = `Cleo March <cleo@${alpha.host}>`;
    expect(await well("bob", ["inbox", "--limit", "1"])).toContain(`${named}  It is me`);
    const { id } = await newest("bob");
    expect(await well("bob", ["read", id])).toContain(`From     ${named}\n`);
  },
  slow,
);
