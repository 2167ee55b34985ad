/** The examples of client/README.md, run as they stand there against two servers over TLS. */
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInvite, openOperator } from "@posthorn/client";
import { openHome } from "@posthorn/client/node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestnet, type TestNode, type Testnet } from "../src/testnet.ts";

const examples = new URL("../../client/examples/", import.meta.url).pathname;
let net: Testnet;
let folder: string;

beforeAll(async () => {
  net = await startTestnet({ names: ["alpha", "beta"], wire: "sockets" });
  folder = await mkdtemp(join(tmpdir(), "posthorn-examples-"));
  const { caPem } = net.node("alpha");
  if (caPem !== undefined) await openHome(folder).trust(caPem);
});

afterAll(async () => {
  await net.close();
  await rm(folder, { recursive: true, force: true });
});

/** Runs an example; what it prints. Throws with what it said when it fails. */
async function run(example: string, ...args: string[]): Promise<string> {
  const flags = ["--conditions=source", "--disable-warning=ExperimentalWarning"];
  const child = spawn(process.execPath, [...flags, join(examples, example), ...args], {
    cwd: folder,
    env: { ...process.env, POSTHORN_HOME: folder },
  });
  let said = "";
  child.stdout.on("data", (piece) => {
    said += piece;
  });
  child.stderr.on("data", (piece) => {
    said += piece;
  });
  const code = await new Promise((ended) => child.on("close", ended));
  if (code !== 0) throw new Error(`${example} failed: ${said}`);
  return said;
}

async function invite(node: TestNode, name: string): Promise<string> {
  const operator = JSON.parse(await readFile(join(node.folder, "operator.json"), "utf8"));
  return (await createInvite(openOperator(net.platform, operator), { name })).url;
}

test("Somebody signs up, writes a sealed letter with a file, and the other reads it and saves the file", async () => {
  const [alpha, beta] = [net.node("alpha"), net.node("beta")];
  const [alice, bob] = [`alice@${alpha.host}`, `bob@${beta.host}`];
  expect(await run("sign-up.ts", await invite(alpha, "alice"), "alice", "correct horse battery")).toMatch(
    /You are alice@.*\n([a-z]+ ){11}[a-z]+\n/,
  );
  await run("sign-up.ts", await invite(beta, "bob"), "bob", "correct horse battery");
  await writeFile(join(folder, "plan.txt"), "First this, then that.");
  const said = await run("write.ts", alice, bob, join(folder, "plan.txt"));
  expect(said).toContain(`The keys of ${bob}: firstSeen`);
  expect(said).toContain(`${bob}: delivered`);
  await rm(join(folder, "plan.txt"));
  const read = await run("read.ts", bob);
  expect(read).toContain(`From ${alice} (sealed)\nThe plan\nHere it is.\nSaved plan.txt, 22 bytes`);
  expect(await readFile(join(folder, "plan.txt"), "utf8")).toBe("First this, then that.");
  const found = await run("search.ts", bob, "from:alice plan");
  expect(found).toMatch(/^\S+Z {2}The plan\n {2}Here it is\.\n100 % of the mail was searched\.\n$/);
  expect(await run("search.ts", bob, "hree")).toContain("Did you mean “here”?");
});

test("A program writes in the open, and who reads it is told so", async () => {
  const [alpha, beta] = [net.node("alpha"), net.node("beta")];
  const robot = await alpha.addAccount("robot");
  await run("robot.ts", robot.address, robot.token, `bob@${beta.host}`);
  await net.settle();
  await expect
    .poll(() => run("read.ts", `bob@${beta.host}`), { timeout: 20_000 })
    .toContain(`From ${robot.address} (in the open: servers on the way could read it)\nThe backup is done`);
});
