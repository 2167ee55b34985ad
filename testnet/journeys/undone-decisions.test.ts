/** What was decided for an account is taken back in its turn, and what cannot be is in nobody's way. */
import {
  callMethod,
  doDropRule,
  doKeepRule,
  listRules,
  type Mail,
  memoryPlace,
  openMail,
  type RuleFields,
  soloTabs,
  undoMail,
} from "@posthorn/client";
import { shape } from "@posthorn/protocol";
import { Type } from "typebox";
import { afterAll, beforeAll, expect, test } from "vitest";
import { joinAs, type TestPerson } from "../src/people.ts";
import { startTestnet, type Testnet } from "../src/testnet.ts";

let net: Testnet;
let alice: TestPerson;
let mail: Mail;

beforeAll(async () => {
  net = await startTestnet({ names: ["alpha"], wire: "memory" });
  alice = await joinAs(net, net.node("alpha"), "alice");
  mail = await openMail(alice.session, { place: memoryPlace(), tabs: soloTabs() });
});
afterAll(async () => {
  await mail.store.close();
  await net.close();
});

const anyAnswer = shape(Type.Object({ created: Type.Optional(Type.Any()) }));

async function makeLabel(name: string): Promise<string> {
  const call = { method: "Mailbox/set", arguments: { create: { label: { name, parentId: null } } } };
  const { created } = await callMethod(alice.session, call, anyAnswer);
  return String(created.label.id);
}

function putsInto(name: string, label: string): RuleFields {
  return {
    name,
    sortOrder: 0,
    isEnabled: true,
    conditions: { from: ["bo@beta.test"] },
    actions: { mailboxIds: { [label]: true } },
  };
}

test("a rule into a label that is gone since does not come back: that is said once, and the next is what was done before", async () => {
  const label = await makeLabel("Lamps");
  await doKeepRule(mail, "Shades made", { id: null, fields: putsInto("Shades", await makeLabel("Shades")) });
  await doKeepRule(mail, "Lamps made", { id: null, fields: putsInto("Lamps", label) });
  const [, lamps] = await listRules(alice.session);
  await doDropRule(mail, "Lamps removed", { id: lamps?.id ?? "" });
  await callMethod(alice.session, { method: "Mailbox/set", arguments: { destroy: [label] } }, anyAnswer);
  await expect(undoMail(mail)).rejects.toThrow();
  expect(await undoMail(mail)).toMatchObject({ label: "Lamps made" });
  expect(await undoMail(mail)).toMatchObject({ label: "Shades made" });
  expect(await listRules(alice.session)).toEqual([]);
});
