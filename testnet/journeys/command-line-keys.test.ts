/** Keys at the command line: compared, replaced after a leak, hidden, and what helps when the password is lost. */
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { openCommandLine, password } from "../src/command-line.ts";

const slow = 240_000;
const { alpha, beta, run, well, json, newest, enrol, close } = await openCommandLine();
const [alice, bob] = [`alice@${alpha.host}`, `bob@${beta.host}`];

afterAll(close);

test(
  "Two people compare their safety numbers, and after one has replaced the identity the other sends nothing until they have again",
  async () => {
    const hers = await json("alice", ["verify", bob]);
    const his = await json("bob", ["verify", alice]);
    expect(hers).toMatchObject({ address: bob, compared: false, safetyNumber: his.safetyNumber });
    const shown = await well("alice", ["verify", bob]);
    expect(shown.replaceAll(/\s+/g, " ")).toContain(hers.safetyNumber);
    expect(shown).toMatch(/\n {2}(?:\d{5} ){3}\d{5}\n/);
    expect(shown).toContain(hers.verifyText);

    const unasked = await run("alice", ["verify", bob, "--same"]);
    expect(unasked).toMatchObject({
      code: 2,
      out: "",
      err: expect.stringMatching(/terminal.*\nNext: Give the digits/),
    });
    const uncompared = await run("alice", ["verify", bob, "--same", "--yes"]);
    expect(uncompared).toMatchObject({ code: 2, out: "", err: expect.stringContaining("digits that were") });
    const others = hers.safetyNumber.replace(/^\d/, (first: string) => (first === "1" ? "2" : "1"));
    const wrong = await run("alice", ["verify", bob, "--same", others, "--yes"]);
    expect(wrong).toMatchObject({ code: 1, out: "", err: expect.stringContaining("(keysChanged)") });
    const few = await run("alice", ["verify", bob, "--same", "12345 67890", "--yes"]);
    expect(few).toMatchObject({ code: 2, out: "", err: expect.stringContaining("sixty digits") });
    expect(await json("alice", ["verify", bob])).toMatchObject({ compared: false });
    const own = await run("alice", ["verify", bob, "--scan", hers.verifyText]);
    expect(own).toMatchObject({ code: 1, out: "", err: expect.stringContaining("text of your own device") });
    expect(await json("alice", ["verify", bob, "--scan", his.verifyText])).toMatchObject({ compared: true });
    expect(
      await json("bob", ["verify", alice, "--same", his.safetyNumber.replaceAll(" ", ""), "--yes"]),
    ).toMatchObject({ compared: true });
    await well("bob", ["send", "--to", alice, "--body", "Hello", "--wait"]);
    expect(await well("alice", ["read", (await newest("alice")).id])).toContain(`from ${bob} (compared).`);

    const next = "another horse battery";
    const mistyped = await run("bob", ["keys", "replace", "--yes", "--password-stdin"], {
      input: `no\n${next}\n`,
    });
    expect(mistyped).toMatchObject({ code: 1, out: "", err: expect.stringContaining("not the password") });
    const before = await json("bob", ["keys"]);
    const replaced = await json("bob", ["keys", "replace", "--yes", "--password-stdin"], {
      input: `${password}\n${next}\n`,
    });
    expect(replaced.recoveryPhrase).toMatch(/^([a-z]+ ){11}[a-z]+$/);
    expect((await json("bob", ["keys"])).identityKeyId).not.toBe(before.identityKeyId);
    await well("bob", ["send", "--to", alice, "--body", "It is me", "--wait"]);
    const { id } = await newest("alice");
    expect(await well("alice", ["read", id])).toMatch(
      /\nWARNING: Sealed, but the identity of bob@\S+ has changed/,
    );
    expect(await well("alice", ["inbox"])).toMatch(
      /bob@\S+ {2}\(identity changed\) It is me\n.*bob@\S+ {2}\(former identity\) Hello\n/,
    );
    const blocked = await run("alice", ["send", "--to", bob, "--body", "Hello?"]);
    expect(blocked).toMatchObject({ code: 1, out: "" });
    expect(blocked.err).toMatch(
      /has changed since you compared it\. Nothing was sent\..*\nNext: posthorn verify/,
    );
    const { safetyNumber } = await json("alice", ["verify", bob]);
    expect(safetyNumber).not.toBe(hers.safetyNumber);
    const former = await run("alice", ["verify", bob, "--same", hers.safetyNumber, "--yes"]);
    expect(former).toMatchObject({ code: 1, out: "", err: expect.stringContaining("(keysChanged)") });
    await well("alice", ["verify", bob, "--same", safetyNumber, "--yes"]);
    const { id: taken } = await json("alice", ["send", "--to", bob, "--body", "So it is", "--wait"]);
    await well("alice", ["verify", bob, "--forget"]);
    expect(await json("alice", ["verify", bob])).toMatchObject({ compared: false });

    const third = { input: `${next}\na third horse battery\n` };
    await well("bob", ["keys", "replace", "--yes", "--password-stdin"], third);
    const refused = ["send", "--to", bob, "--body", "Under an id that is taken", "--id", taken];
    const untold = await run("alice", [...refused, "--json"]);
    expect(untold).toMatchObject({ code: 1, out: "", err: expect.stringContaining('"idConflict"') });
    const told = await run("alice", refused);
    expect(told).toMatchObject({ code: 1, err: expect.stringContaining("(idConflict)") });
    expect(told.out).toMatch(
      /^The identity of bob@\S+ has changed, and the former one vouches for it\..*\n$/,
    );
    expect(await json("alice", ["send", "--to", bob, "--body", "So it is"])).toMatchObject({ news: [] });
  },
  slow,
);

test(
  "A password is changed, and one that is lost is replaced by the recovery phrase; the others must sign in again",
  async () => {
    const { recoveryPhrase } = await enrol(alpha, "carol");
    const carol = `carol@${alpha.host}`;
    await well("alice", ["send", "--to", carol, "--subject", "Kept", "--body", "x", "--wait"]);
    const trying = (phrase: string) =>
      run("carol", ["keys", "test-phrase", "--phrase-stdin"], { input: `${phrase}\n` });
    expect(await trying(recoveryPhrase)).toMatchObject({
      code: 0,
      out: `It opens ${carol}. Keep it where it was.\n`,
    });
    const [first, ...others] = recoveryPhrase.split(" ");
    const misspelt = await trying([`${first}q`, ...others].join(" "));
    expect(misspelt).toMatchObject({ code: 2, out: "" });
    expect(misspelt.err).toContain(`Word 1, “${first}q”, is not in the list. Is it “${first}”`);

    const ca = ["--ca", join(alpha.folder, "..", "local-ca", "ca.pem")];
    await well("carol's telephone", ["login", carol, "--password-stdin", ...ca], { input: password });
    const changing = ["password", "--password-stdin"];
    const refused = await run("carol", changing, { input: `${password}!\nanother horse battery\n` });
    expect(refused).toMatchObject({
      code: 1,
      err: expect.stringMatching(/not the password.*\nNext: Try again/),
    });
    expect(await well("carol", changing, { input: `${password}\nanother horse battery\n` })).toMatch(
      /all other sign-ins have ended\.\nTokens for programs go on: .*token list.*\n.*keys replace/,
    );
    expect(await run("carol's telephone", ["inbox"])).toMatchObject({ code: 4, out: "" });

    const recovering = ["recover", carol, "--phrase-stdin", ...ca];
    const alone = await run("carol's telephone", recovering, { input: `${recoveryPhrase}\n` });
    expect(alone).toMatchObject({ code: 2, err: expect.stringContaining("There is no new password") });
    const told = await well("carol's telephone", recovering, { input: `${recoveryPhrase}\na third horse\n` });
    expect(told).toContain(`Signed in as ${carol} with the new password; all other sign-ins have ended.`);
    expect(await json("carol's telephone", ["inbox"])).toMatchObject([{ subject: "Kept", sealed: true }]);
    expect(await run("carol", ["inbox"])).toMatchObject({ code: 4, out: "" });

    const { recoveryPhrase: another } = await json("carol's telephone", ["keys", "new-phrase"]);
    const old = await run("carol", recovering, { input: `${recoveryPhrase}\na fourth horse\n` });
    expect(old).toMatchObject({ code: 1, err: expect.stringMatching(/does not open .*\nNext: Check/) });
    await well("carol", recovering, { input: `${another}\na fourth horse\n` });
  },
  slow,
);

test(
  "Whose keys are hidden cannot be written to, sealed or not, but by whom they have allowed or written to",
  async () => {
    await enrol(beta, "dora");
    const dora = `dora@${beta.host}`;
    const list = await well("dora", ["keys"]);
    expect(list).toMatch(/^Takes +sealed messages only$/m);
    expect(list).toMatch(/^Sealed to +\S{22} {2}\d{4}-.* – \d{4}-/m);
    expect(list).toMatch(/^Shown to +everybody$/m);
    expect(await well("dora", ["keys", "hide"])).toBe("Your keys are shown to nobody new.\n");
    const refused = await run("alice", ["send", "--to", dora, "--body", "x", "--in-the-open"]);
    expect(refused).toMatchObject({ code: 1, out: "", err: expect.stringContaining("(noConsent)") });
    expect(await json("dora", ["keys", "allow", alice])).toEqual({ hidden: true, allowed: [alice] });
    await well("alice", ["send", "--to", dora, "--body", "At last", "--wait"]);
    expect(await json("dora", ["keys", "forbid", alice])).toEqual({ hidden: true, allowed: [] });
    expect(await well("dora", ["keys", "show"])).toBe("Your keys are shown to everybody.\n");

    await enrol(alpha, "robot", "--open");
    const none = await run("robot", ["keys"]);
    expect(none).toMatchObject({ code: 1, err: expect.stringContaining("it is an open account") });
    const nobody = await run("alice", ["verify", `robot@${alpha.host}`]);
    expect(nobody).toMatchObject({
      code: 1,
      err: expect.stringMatching(/has no keys.*\(noKeys\)\nNext: Who has/),
    });
  },
  slow,
);
