/** Two owners are absent at once, on two servers: their answers cross, and that is the end of it. */
import { afterAll, expect, test } from "vitest";
import { platformFetch } from "../src/platform-fetch.ts";
import { startTestnet, type TestAccount } from "../src/testnet.ts";

const day = 24 * 3_600_000;
const net = await startTestnet({ names: ["alpha", "beta"], wire: "memory" });
const fetchHere = platformFetch(net.platform);

afterAll(() => net.close());

async function post(account: TestAccount, path: string, body: object): Promise<Response> {
  return fetchHere(`${account.node.endpoint}${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${account.token}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

async function jmap(account: TestAccount, name: string, args: object) {
  const accountId = `a${account.accountId}`;
  const using = [
    "urn:ietf:params:jmap:core",
    "urn:ietf:params:jmap:mail",
    "urn:ietf:params:jmap:vacationresponse",
  ];
  const answer = await post(account, "/jmap/api", {
    using,
    methodCalls: [[name, { accountId, ...args }, "0"]],
  });
  const [[, found]] = JSON.parse(await answer.text()).methodResponses;
  return found;
}

async function leave(account: TestAccount, textBody: string): Promise<void> {
  const update = { singleton: { isEnabled: true, textBody } };
  expect((await jmap(account, "VacationResponse/set", { update })).updated).toEqual({ singleton: null });
}

async function subjectsIn(account: TestAccount, inMailbox: string): Promise<string[]> {
  const { ids } = await jmap(account, "Email/query", { filter: { inMailbox } });
  const { list } = await jmap(account, "Email/get", { ids, properties: ["subject"] });
  return list.map(({ subject }: { subject: string }) => subject).toSorted();
}

test("each hears once that the other is away, however they write to each other", async () => {
  const alice = await net.node("alpha").addAccount("alice");
  const bob = await net.node("beta").addAccount("bob");
  await leave(alice, "Alice is away.");
  await leave(bob, "Bob is away.");
  const to = (account: TestAccount) => [{ id: account.name, host: account.node.host }];
  await post(alice, "/email/send", { to: to(bob), subject: "One" });
  await post(bob, "/email/send", { to: to(alice), subject: "Two" });
  await net.drain();
  await post(alice, "/email/send", { to: to(bob), subject: "Three" });
  await net.drain();
  await net.advance(day);
  await net.drain();
  expect(await subjectsIn(alice, "f1")).toEqual(["Automatic reply: One", "Two"]);
  expect(await subjectsIn(bob, "f1")).toEqual(["Automatic reply: Two", "One", "Three"]);
  expect(await subjectsIn(alice, "f3")).toEqual(["Automatic reply: Two", "One", "Three"]);
  expect(await subjectsIn(bob, "f3")).toEqual(["Automatic reply: One", "Two"]);
});
