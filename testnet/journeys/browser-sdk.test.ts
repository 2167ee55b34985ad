/**
 * Somebody's mail in a real browser: the SDK in a dedicated worker, under a policy that lets nothing else in, on pages of
 * her own server's origin. Whom she writes with is at another server and uses Node.
 */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  bytesSource,
  createInvite,
  login,
  openOperator,
  prepare,
  readSafetyNumber,
  send,
  uploadSealedFile,
  waitUntilSettled,
} from "@posthorn/client";
import { saveSealedFile } from "@posthorn/client/node";
import { uuidV7 } from "@posthorn/protocol";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type BundledFiles,
  bundlePage,
  type OpenPage,
  openAppPage,
  openBrowser,
} from "../src/browser/index.ts";
import type { SdkInput, SdkOutput } from "../src/browser/sdk-page.ts";
import type { SdkSteps } from "../src/browser/sdk-worker.ts";
import { draftsOf } from "../src/own-records.ts";
import { joinAs, openNewest, type TestPerson } from "../src/people.ts";
import { seededRandom } from "../src/seeded-random.ts";
import { startTestnet, type TestNode, type Testnet } from "../src/testnet.ts";

const password = "correct horse battery";
const newPassword = "an altogether new one";
const random = seededRandom(5);
const plan = { name: "plan.pdf", bytes: random.bytes(300_000) };
/** More than is uploaded in one piece. */
const film = { name: "film.mp4", bytes: random.bytes(9_000_000) };
const sketch = { name: "sketch.png", bytes: random.bytes(300_000) };

let net: Testnet;
let alpha: TestNode;
let bob: TestPerson;
let folder: string;
let files: BundledFiles;
let browser: Browser;
/** Alice's pages: where she has signed up, another device, and one where she has lost her password. */
let first: OpenPage;
let second: OpenPage;
let third: OpenPage;
let address: string;
let recoveryPhrase: string;

beforeAll(async () => {
  net = await startTestnet({ names: ["alpha", "beta"], wire: "sockets" });
  alpha = net.node("alpha");
  bob = await joinAs(net, net.node("beta"), "bob");
  folder = await mkdtemp(join(tmpdir(), "posthorn-browser-sdk-"));
  files = await bundlePage(fileURLToPath(import.meta.resolve("../src/browser/sdk.html")));
  browser = await openBrowser();
  first = await newPage();
});

afterAll(async () => {
  await browser.close();
  await net.close();
  await rm(folder, { recursive: true });
});

function newPage(): Promise<OpenPage> {
  return openAppPage(browser, alpha.endpoint, files);
}

/** Has a page's worker do something. */
function on<Step extends keyof SdkSteps>(
  { page }: OpenPage,
  step: Step,
  input: SdkInput<Step>,
): Promise<SdkOutput<Step>> {
  return page.evaluate<SdkOutput<Step>>(`doSdkStep(${JSON.stringify(step)}, ${JSON.stringify(input)})`);
}

async function inviteAlice(): Promise<string> {
  const operator = JSON.parse(await readFile(join(alpha.folder, "operator.json"), "utf8"));
  return (await createInvite(openOperator(net.platform, operator), { name: "alice" })).url;
}

interface TestFile {
  name: string;
  bytes: Uint8Array;
}

/** Chooses a file on the page and writes Bob a letter with it. */
async function writeWith(open: OpenPage, { name, bytes }: TestFile, subject: string): Promise<void> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  await open.page.getByLabel("File to send").setInputFiles(path);
  await on(open, "upload", undefined);
  await on(open, "seal", { to: bob.address, subject, body: `About ${subject}` });
  expect(await on(open, "send", undefined)).toEqual(["delivered"]);
}

/** Writes Alice a letter from Bob, with a file. */
async function bobWrites(subject: string): Promise<void> {
  const id = uuidV7(net.clock.now(), random.bytes(16));
  const where = { messageId: id, place: 0, filename: sketch.name, mimeType: "image/png" };
  const file = await uploadSealedFile(bob.session, bytesSource(sketch.bytes), where);
  const draft = { id, from: bob.address, to: [address], subject, body: `About ${subject}` };
  const { message, isSealed } = await prepare(bob.session, draft, { files: [file] });
  expect(isSealed).toBe(true);
  await send(bob.session, message);
  const { recipients } = await waitUntilSettled(bob.session, id, { timeoutMs: 30_000 });
  expect(recipients).toMatchObject([{ status: "delivered" }]);
}

/** Opens Bob's newest letter and saves its file, which is to be this one, byte for byte. */
async function bobSaves(subject: string, { name, bytes }: TestFile): Promise<void> {
  const opened = await openNewest(bob.session);
  expect(opened).toMatchObject({ kind: "sealed", message: { subject, body: `About ${subject}` } });
  const [wanted] = opened.files;
  if (wanted?.kind !== "sealed") throw new Error("It has no sealed file.");
  expect(wanted.file.filename).toBe(name);
  const path = join(folder, `saved ${name}`);
  await saveSealedFile(bob.session, { ...wanted, messageId: opened.message.id, place: 0 }, path);
  expect((await readFile(path)).equals(bytes)).toBe(true);
}

async function subjectsOn(open: OpenPage, role: string): Promise<unknown[]> {
  const subjects: unknown[] = [];
  for (const id of await on(open, "list", role)) subjects.push((await on(open, "open", id)).subject);
  return subjects;
}

async function newestOn(open: OpenPage): Promise<string> {
  const [id = ""] = await on(open, "list", "inbox");
  return id;
}

/** Saves the sketch of the newest letter as a person does, byte for byte. */
async function saveSketchOn(open: OpenPage): Promise<void> {
  await on(open, "download", await newestOn(open));
  const saving = open.page.waitForEvent("download");
  await open.page.getByRole("link", { name: sketch.name }).click();
  const saved = await saving;
  expect(saved.suggestedFilename()).toBe(sketch.name);
  expect((await readFile(await saved.path())).equals(sketch.bytes)).toBe(true);
}

test("she signs up by invitation and is shown her recovery phrase", async () => {
  const account = await on(first, "signUp", { invite: await inviteAlice(), password });
  expect(account.address).toBe(`alice@${alpha.host}`);
  expect(account.recoveryPhrase).toMatch(/^([a-z]+ ){11}[a-z]+$/);
  address = account.address;
  recoveryPhrase = account.recoveryPhrase ?? "";
});

test("what she seals with a file is opened by Node, which saves the file byte for byte", async () => {
  await writeWith(first, plan, "Plans");
  await bobSaves("Plans", plan);
});

test("she reads the answer and saves its file byte for byte", async () => {
  await bobWrites("Answer");
  expect(await on(first, "open", await newestOn(first))).toEqual({
    kind: "sealed",
    sender: { kind: "known", isCompared: false },
    subject: "Answer",
    body: "About Answer",
    fileNames: [sketch.name],
  });
  await saveSketchOn(first);
});

test("both see the same safety number", async () => {
  const seen = await on(first, "safetyNumber", bob.address);
  expect(seen.replaceAll(" ", "")).toMatch(/^\d{60}$/);
  expect(seen).toBe((await readSafetyNumber(bob.session, address)).safetyNumber);
});

test("a draft that she saves is read in Node", async () => {
  const letter = { to: [bob.address], cc: [], subject: "Not yet", body: "I am still thinking." };
  await on(first, "saveDraft", letter);
  const inNode = await login(net.platform, { address, password });
  expect(await draftsOf(inNode)).toMatchObject({ drafts: [{ letter: { ...letter, from: address } }] });
});

test("another page, with address and password alone, reads what came before and what comes after", async () => {
  second = await newPage();
  expect(await on(second, "signIn", { address, password })).toBe(address);
  expect(await subjectsOn(second, "inbox")).toEqual(["Answer"]);
  expect(await subjectsOn(second, "sent")).toEqual(["Plans"]);
  await bobWrites("Later");
  expect(await subjectsOn(second, "inbox")).toEqual(["Later", "Answer"]);
  await saveSketchOn(second);
});

test("a file of more than one chunk goes up from the browser", async () => {
  await writeWith(second, film, "The film");
  await bobSaves("The film", film);
});

test("a third page, with the recovery phrase alone, reads everything, and the others are signed out", async () => {
  third = await newPage();
  const lost = { address, phrase: recoveryPhrase, newPassword };
  expect(await on(third, "recover", lost)).toBe(address);
  expect(await subjectsOn(third, "inbox")).toEqual(["Later", "Answer"]);
  expect(await subjectsOn(third, "sent")).toEqual(["The film", "Plans"]);
  await expect(on(first, "list", "inbox")).rejects.toThrow("Sign in");
});

test("nothing that she did is at fault or against the policy, which forbids what it should", async ({
  annotate,
}) => {
  const tookMs = { ...(await on(second, "tookMs", undefined)), ...(await on(first, "tookMs", undefined)) };
  for (const [step, ms] of Object.entries(tookMs)) await annotate(`${step}: ${Math.round(ms)} ms`);
  expect([first, second, third].flatMap(({ faults }) => faults)).toEqual([]);
  expect(await on(third, "callElsewhere", net.node("beta").endpoint)).toBe(false);
  await expect.poll(() => third.faults).not.toEqual([]);
  for (const fault of third.faults) expect(fault).toContain("Content Security Policy");
});
