/** What an account's server does by itself, as its owner says by the SDK: writes as, sorts, answers. */
import {
  changeAbsence,
  changeIdentity,
  changeRule,
  createIdentity,
  createRule,
  decideSender,
  JmapRefusal,
  listIdentities,
  listMailboxes,
  listRules,
  listSenders,
  parseSender,
  readAbsence,
  removeIdentity,
  removeRule,
} from "@posthorn/client";
import { afterAll, expect, test } from "vitest";
import { joinAs } from "../src/people.ts";
import { startTestnet } from "../src/testnet.ts";

const net = await startTestnet({ names: ["alpha"], wire: "memory" });
const { session, address } = await joinAs(net, net.node("alpha"), "alice");

afterAll(() => net.close());

test("one writes as addresses of one's own with a tag, and of nobody else", async () => {
  const [own] = await listIdentities(session);
  expect(own).toMatchObject({ email: address, name: "", mayDelete: false });
  await changeIdentity(session, own?.id ?? "", { name: "Alice", textSignature: "Yours, A." });
  const shop = address.replace("@", "+shop@");
  const id = await createIdentity(session, { email: shop, name: "Alice buys" });
  expect(await listIdentities(session)).toMatchObject([
    { email: address, name: "Alice", textSignature: "Yours, A." },
    { id, email: shop, name: "Alice buys", mayDelete: true },
  ]);
  await expect(createIdentity(session, { email: "bob@elsewhere.example" })).rejects.toThrow(JmapRefusal);
  await expect(removeIdentity(session, own?.id ?? "")).rejects.toThrow(/own address/);
  await removeIdentity(session, id);
  expect(await listIdentities(session)).toHaveLength(1);
});

test("rules are kept, changed and removed, and one for a label that is not there is refused", async () => {
  const archive = (await listMailboxes(session)).find(({ role }) => role === "archive");
  const fields = {
    name: "Bills",
    sortOrder: 1,
    isEnabled: true,
    conditions: { from: ["*@shop.example"], hasAttachment: true },
    actions: { mailboxIds: { [archive?.id ?? ""]: true as const }, skipInbox: true },
  };
  const id = await createRule(session, fields);
  expect(await listRules(session)).toEqual([{ id, ...fields }]);
  await changeRule(session, id, { isEnabled: false });
  expect(await listRules(session)).toEqual([{ id, ...fields, isEnabled: false }]);
  await expect(changeRule(session, id, { actions: { mailboxIds: { f9999: true } } })).rejects.toThrow(
    /no such mailbox/,
  );
  await removeRule(session, id);
  expect(await listRules(session)).toEqual([]);
});

test("an absence begins and ends when its owner says so", async () => {
  expect((await readAbsence(session)).isEnabled).toBe(false);
  const toDate = "2099-01-15T08:00:00Z";
  await changeAbsence(session, { isEnabled: true, textBody: "I am away.", toDate });
  expect(await readAbsence(session)).toEqual({
    isEnabled: true,
    fromDate: null,
    toDate,
    subject: null,
    textBody: "I am away.",
  });
  await changeAbsence(session, { isEnabled: false });
  expect(await readAbsence(session)).toMatchObject({ isEnabled: false, textBody: "I am away." });
});

test("whom one has decided of is listed, behind what holds for all others", async () => {
  expect(await listSenders(session)).toMatchObject([{ address: "*@*", state: "accepted" }]);
  await decideSender(session, parseSender("*@*"), "undecided");
  await decideSender(session, parseSender("Mallory@shop.example"), "blocked");
  expect(await listSenders(session)).toMatchObject([
    { address: "*@*", state: "undecided" },
    { address: "mallory@shop.example", state: "blocked" },
  ]);
});
