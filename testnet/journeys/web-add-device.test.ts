/** A second device, brought in by the first: no password is typed, and no server sees what passes between them. */
import { prepare, send } from "@posthorn/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findBarriers } from "../src/browser/find-barriers.ts";
import { startWebClients, type WebClient, type WebClients } from "../src/browser/index.ts";
import { joinAs, type TestPerson } from "../src/people.ts";

let clients: WebClients;
let ana: TestPerson;
let desk: WebClient;

beforeAll(async () => {
  clients = await startWebClients();
  const [alpha, beta] = [clients.net.node("alpha"), clients.net.node("beta")];
  ana = await joinAs(clients.net, alpha, "ana");
  const bo = await joinAs(clients.net, beta, "bo");
  const draft = {
    from: bo.address,
    to: [ana.address],
    subject: "Before the telephone",
    body: "Sealed to you.",
  };
  await send(bo.session, (await prepare(bo.session, draft)).message);
  desk = await clients.open(alpha);
  await desk.signIn(ana);
  await desk.page.getByRole("row", { name: /Before the telephone/ }).waitFor();
}, 120_000);
afterAll(async () => {
  await clients.close();
});

/** The link that the desk shows. */
async function makeLink(): Promise<string> {
  await desk.page.goto(new URL("/settings/devices", desk.page.url()).href);
  await desk.page.getByRole("button", { name: "Add a device" }).click();
  const dialog = desk.page.getByRole("dialog", { name: "Add a device" });
  await dialog.getByRole("img", { name: "Code that signs another device in" }).waitFor();
  const link = await dialog.getByRole("textbox", { name: "Link for the other device" }).inputValue();
  expect(await findBarriers(desk.page)).toEqual([]);
  return link;
}

test("who opens the link on another device reads old mail there, and the first device says who came in", async () => {
  const link = await makeLink();
  const paths: string[] = [];
  const telephone = await clients.open(clients.net.node("alpha"), { viewport: { width: 390, height: 844 } });
  telephone.page.on("request", (request) => paths.push(`${request.url()} ${request.postData() ?? ""}`));
  await telephone.page.goto(link);
  await telephone.page.getByText(`This link signs you in as ${ana.address}`).waitFor();
  expect(await findBarriers(telephone.page)).toEqual([]);
  await telephone.page.getByRole("button", { name: "Sign in on this device" }).click();
  await telephone.page.getByRole("row", { name: /Before the telephone/ }).click();
  await telephone.page.getByRole("article").getByText("Sealed to you.").waitFor();
  const secret = link.slice(link.lastIndexOf("/") + 1);
  expect(secret).toMatch(/^[A-Za-z0-9_-]{43}$/);
  // What stands behind the `#` is in no request, nor in the address that is left in the history.
  expect(paths.some((path) => path.includes("/auth/device-link/redeem"))).toBe(true);
  expect(paths.filter((path) => path.includes(secret))).toEqual([]);
  expect(telephone.page.url()).not.toContain(secret);

  await desk.page.getByText(/is signed in, and opens your mail from now on/).waitFor();
  await desk.page.getByRole("button", { name: "Done" }).click();
  expect(await desk.page.getByRole("listitem").filter({ hasText: "Chrome" }).count()).toBeGreaterThan(1);

  const late = await clients.open(clients.net.node("alpha"));
  await late.page.goto(link);
  await late.page.getByRole("button", { name: "Sign in on this device" }).click();
  await late.page.getByText(/This link has been used/).waitFor();
  expect([...desk.faults, ...telephone.faults, ...late.faults]).toEqual([]);
}, 120_000);

test("whoever waits long to come in by the link can give that up, and comes in by it when they try again", async () => {
  const link = await makeLink();
  const { page, faults, context } = await clients.open(clients.net.node("alpha"));
  await page.route("**/auth/device-link/redeem", () => undefined);
  await page.goto(link);
  await page.getByRole("button", { name: "Sign in on this device" }).click();
  await page.getByRole("status").getByText("Still waiting for the server to answer …").waitFor();
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByText("Stopped. If the link has been used up by that, make a new one").waitFor();
  await page.locator("[type=submit]:focus").getByText("Sign in on this device").waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await page.unrouteAll({ behavior: "ignoreErrors" });
  await page.getByRole("button", { name: "Sign in on this device" }).click();
  await page.getByRole("row", { name: /Before the telephone/ }).waitFor();
  expect(faults).toEqual([]);
  await context.close();
});

test("a device that was not one's own is signed out from where it was added", async () => {
  const link = await makeLink();
  const stranger = await clients.open(clients.net.node("alpha"));
  // Brought by hand, and at first not whole.
  await stranger.page.goto(new URL("/link", stranger.page.url()).href);
  const field = stranger.page.getByLabel("Link from the other device");
  await field.fill(link.slice(0, -3));
  await stranger.page.getByRole("button", { name: "Go on" }).click();
  await stranger.page.getByText("This is not the whole link.").waitFor();
  await field.fill(link);
  await stranger.page.getByRole("button", { name: "Go on" }).click();
  await stranger.page.getByRole("button", { name: "Sign in on this device" }).click();
  await stranger.page.getByRole("row", { name: /Before the telephone/ }).waitFor();

  await desk.page.getByRole("button", { name: "That was not me" }).click();
  await desk.page.getByRole("dialog").getByRole("button", { name: "Sign out" }).click();
  // Servers look now and then whether a sign-in that listens has ended.
  await stranger.page.getByText("You are signed out here").waitFor({ timeout: 60_000 });
}, 120_000);
