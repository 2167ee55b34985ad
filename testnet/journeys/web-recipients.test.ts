/** To whom a letter goes that is written in a browser: to nobody whom its writer does not mean. */

import { eachMessage, listCompared, openStored } from "@posthorn/client";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import {
  composer,
  discardAll,
  hasCount,
  received,
  startWriters,
  type WebClient,
  type WebClients,
  writeTo,
} from "../src/browser/index.ts";
import { beginAnew, haveCompared, joinAs, newDevice, type TestPerson } from "../src/people.ts";

let clients: WebClients;
let alice: WebClient;
let writer: TestPerson;
let bob: TestPerson;

const undoS = 4;

beforeAll(async () => {
  ({ clients, alice, writer, bob } = await startWriters({ undoS }));
}, 120_000);
afterAll(async () => {
  await clients.close();
});
afterEach(() => discardAll(alice.page));

const toast = (words: RegExp | string) => alice.page.getByRole("status").getByText(words);

test("a letter to nobody who is there stays, and says what to do", async () => {
  const host = clients.net.node("beta").host;
  await writeTo(alice.page, `nobody@${host}`, "To nobody", "Is anybody there?");
  await composer(alice.page).getByRole("button", { name: "Send", exact: true }).click();
  await composer(alice.page)
    .getByRole("alert")
    .getByText(`${host} has no user nobody. Check the spelling.`)
    .waitFor();
  await composer(alice.page).getByRole("button", { name: "Discard draft" }).click();
});

test("an address that is still being typed is among those it goes to", async () => {
  const { page } = alice;
  await page
    .getByRole("button", { name: /^Write/ })
    .first()
    .click();
  await composer(alice.page).getByLabel("Subject").fill("Typed to the end");
  await composer(alice.page).getByLabel("To", { exact: true }).pressSequentially(bob.address);
  await page.keyboard.press("Control+Enter");
  await hasCount(composer(alice.page), 0);
  await received(bob, "alice", "Typed to the end");
});

test("who has no keys gets nothing before somebody has said so by a button that says it", async () => {
  const carol = await joinAs(clients.net, clients.net.node("beta"), "carol", { mode: "open" });
  const { page } = alice;
  await writeTo(alice.page, carol.address, "In the open", "Everybody may read this");
  const button = composer(alice.page).getByRole("button", { name: "Send without encryption" });
  await button.waitFor();
  await page.keyboard.press("Control+Enter");
  await composer(alice.page)
    .getByText(/cannot read encrypted mail/)
    .waitFor();
  await button.click();
  await toast(`Sending in ${undoS} s`).waitFor();
  await expect
    .poll(
      async () => {
        for await (const meta of eachMessage(carol.session)) return meta.subject;
        return undefined;
      },
      { timeout: 40_000, interval: 250 },
    )
    .toBe("In the open");
});

test("who has another identity than was compared gets nothing before a person has decided", async () => {
  const erin = await joinAs(clients.net, clients.net.node("beta"), "erin");
  await haveCompared(writer.session, erin.address);
  await beginAnew(erin.session, { current: erin.password, next: "erin begins anew" });
  await writeTo(alice.page, erin.address, "Is it you?", "Tell me in another way");
  await composer(alice.page)
    .getByRole("button", { name: /Was verified\. Compare numbers again$/ })
    .waitFor();
  await composer(alice.page).getByRole("button", { name: "Send", exact: true }).click();
  await composer(alice.page)
    .getByText(/Compare numbers again before you send\.$/)
    .waitFor();
  await composer(alice.page).getByRole("button", { name: "Verify again" }).waitFor();
  await composer(alice.page).getByRole("button", { name: "Send this one anyway" }).click();
  await toast(`Sending in ${undoS} s`).waitFor();
  await hasCount(composer(alice.page), 0);
  await expect
    .poll(
      async () => {
        for await (const meta of eachMessage(erin.session))
          return (await openStored(erin.session, meta)).kind;
        return undefined;
      },
      { timeout: 40_000, interval: 250 },
    )
    .toBe("sealed");
  // That was said of one letter: the next is not sent before it is said again.
  await writeTo(alice.page, erin.address, "Once more", "And now?");
  await composer(alice.page).getByRole("button", { name: "Send", exact: true }).click();
  await composer(alice.page).getByRole("button", { name: "Send this one anyway" }).waitFor();
  await composer(alice.page)
    .getByRole("button", { name: /Was verified/ })
    .waitFor();
  expect(await listCompared(await newDevice(clients.net.platform, writer))).toContainEqual({
    address: erin.address,
    isChanged: true,
  });
  await alice.page.keyboard.press("Control+Shift+d");
  expect(alice.faults).toEqual([]);
});
