/** The examples of RFC 8620 that are about several methods at once; those of one method stand with that method's tests. */
import { capabilities } from "@posthorn/protocol";
import { expect, it, test } from "vitest";
import { openAccount } from "../../objects/trial-mail.ts";
import { eachStore } from "../../store/each-store.ts";
import { sessionOf } from "./session-resource.ts";
import { type Answer, callerOf, methodsOn, trialJmap } from "./trial-jmap.ts";
import { atSecond, putMail } from "./trial-mails.ts";
import { TrialTodos, trialApi } from "./trial-todos.ts";

test("the session has all that the example has, of the same types (§2.1)", () => {
  const ctx = {
    host: "a.test",
    endpoint: "https://a.test",
    applicationServerKey: undefined,
    emailQuerySortOptions: ["receivedAt"],
  };
  const number = expect.any(Number);
  const text = expect.any(String);
  const session = sessionOf(ctx, callerOf(17));
  expect(session).toEqual({
    capabilities: expect.objectContaining({
      [capabilities.core]: {
        maxSizeUpload: number,
        maxConcurrentUpload: number,
        maxSizeRequest: number,
        maxConcurrentRequests: number,
        maxCallsInRequest: number,
        maxObjectsInGet: number,
        maxObjectsInSet: number,
        collationAlgorithms: expect.arrayContaining(["i;ascii-casemap", "i;unicode-casemap"]),
      },
      [capabilities.mail]: {},
    }),
    accounts: {
      a17: {
        name: "bob@a.test",
        isPersonal: true,
        isReadOnly: false,
        accountCapabilities: expect.objectContaining({ [capabilities.mail]: expect.any(Object) }),
      },
    },
    primaryAccounts: expect.objectContaining({ [capabilities.mail]: "a17" }),
    username: "bob@a.test",
    apiUrl: text,
    downloadUrl: text,
    uploadUrl: text,
    eventSourceUrl: text,
    state: text,
  });
  const variables = (url: string) => [...url.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();
  expect(variables(session.downloadUrl)).toEqual(["accountId", "blobId", "name", "type"]);
  expect(variables(session.uploadUrl)).toEqual(["accountId"]);
  expect(variables(session.eventSourceUrl)).toEqual(["closeafter", "ping", "types"]);
});

test("what has been made is got in the same request, by a reference to what the first call tells (§3.7)", async () => {
  const todos = new TrialTodos();
  const api = trialApi(todos.methods());
  const sinceState = String(todos.held.state);
  todos.put({ id: "f1", title: "One" });
  todos.put({ id: "f4", title: "Four" });
  const got = (more: object) => ({ accountId: "a1", ...more });
  const responses = await api.call(
    ["Todo/changes", got({ sinceState }), "t0"],
    ["Todo/get", got({ "#ids": { resultOf: "t0", name: "Todo/changes", path: "/created" } }), "t1"],
  );
  expect(responses).toMatchObject([
    [
      "Todo/changes",
      { accountId: "a1", oldState: "0", newState: "2", hasMoreChanges: false, created: ["f1", "f4"] },
      "t0",
    ],
    ["Todo/get", { accountId: "a1", state: "2", list: [{ id: "f1" }, { id: "f4" }], notFound: [] }, "t1"],
  ]);
  expect(responses[0]).toMatchObject({ 1: { updated: [], destroyed: [] } });
});

test("what another has destroyed is told of, and gone from what was found (§5.7)", async () => {
  const todos = new TrialTodos();
  const api = trialApi(todos.methods());
  todos.put({ id: "a", title: "Practise Piano", keywords: { music: true } });
  todos.put({ id: "b", title: "Watch Daft Punk music video", keywords: { music: true, video: true } });
  const which = {
    filter: { operator: "OR", conditions: [{ hasKeyword: "music" }, { hasKeyword: "video" }] },
    sort: [{ property: "title" }],
  };
  const [[, found]]: Answer = await api.call(["Todo/query", { accountId: "a1", ...which }, "0"]);
  todos.remove("b");
  const responses: Answer = await api.call(
    ["Todo/changes", { accountId: "a1", sinceState: "2", maxChanges: 50 }, "0"],
    [
      "Todo/queryChanges",
      { accountId: "a1", ...which, sinceQueryState: found.queryState, maxChanges: 50 },
      "1",
    ],
  );
  expect(responses).toMatchObject([
    [
      "Todo/changes",
      {
        oldState: "2",
        newState: "3",
        hasMoreChanges: false,
        created: [],
        updated: [],
        destroyed: ["b"],
      },
      "0",
    ],
    [
      "Todo/queryChanges",
      { oldQueryState: found.queryState, newQueryState: expect.any(String), removed: ["b"] },
      "1",
    ],
  ]);
  // The RFC's example has null here, where its type has a list.
  expect(responses[1][1].added ?? []).toEqual([]);
  expect(responses[1][1].newQueryState).not.toBe(found.queryState);
});

test("nothing is copied from an account that the caller does not see (§5.7, the last example)", async () => {
  const api = trialApi(new TrialTodos().methods());
  const copy = { fromAccountId: "a2", accountId: "a1", create: { k5122: { id: "a" } } };
  expect(await api.call(["Todo/copy", { ...copy, onSuccessDestroyOriginal: true }, "0"])).toMatchObject([
    ["error", { type: "fromAccountNotFound" }, "0"],
  ]);
});

test("a request that a proxy splits in two does what it would do whole (§5.8)", async () => {
  const api = trialApi(new TrialTodos().methods());
  const post = async (createdIds: object, ...methodCalls: unknown[]): Promise<Answer> => {
    const using = ["urn:ietf:params:jmap:core", "urn:example:todo"];
    return (await api.post(JSON.stringify({ using, createdIds, methodCalls }))).json;
  };
  const make = (name: string, fields: object, id: string) => [
    "Todo/set",
    { accountId: "a1", create: { [name]: fields } },
    id,
  ];
  const first = await post({}, make("k15", { title: "Warm up with scales" }, "0"));
  expect(first.createdIds).toEqual({ k15: "t1" });
  const second = await post(
    first.createdIds,
    make("k16", { title: "Practise Piano", subTodoIds: ["#k15"] }, "1"),
    ["Todo/get", { accountId: "a1", ids: ["#k16"], properties: ["subTodoIds"] }, "2"],
  );
  expect(second.createdIds).toEqual({ k15: "t1", k16: "t2" });
  expect(second.methodResponses[1]).toMatchObject({ 1: { list: [{ id: "t2", subTodoIds: ["t1"] }] } });
});

eachStore("a client", (open) => {
  it("gets every mail of the first ten threads of the inbox in one request (§3.7)", async () => {
    const store = await open();
    const accountId = await openAccount(store, "bob", 1e9);
    const { ask, id } = trialJmap(methodsOn(store), callerOf(accountId));
    const threadOf = (number: number) => `0192f0c1-7b3a-7000-9000-${String(number).padStart(12, "0")}`;
    // Twelve threads of two mails, whose second ones came in the order of the first.
    for (let number = 1; number <= 24; number++)
      await putMail(
        store,
        accountId,
        {
          mailboxes: [1],
          keywords: [],
          receivedAt: atSecond(number),
          sentAt: atSecond(number),
          from: "eve@b.test",
          to: "bob@a.test",
          cc: "",
          subject: `Mail ${number}`,
          body: "Hello",
          thread: threadOf((number - 1) % 12),
          file: undefined,
        },
        number,
      );
    const ref = (resultOf: string, name: string, path: string) => ({ resultOf, name, path });
    const responses = await ask([
      [
        "Email/query",
        {
          accountId: id,
          filter: { inMailbox: "f1" },
          sort: [{ property: "receivedAt", isAscending: false }],
          collapseThreads: true,
          position: 0,
          limit: 10,
          calculateTotal: true,
        },
        "t0",
      ],
      [
        "Email/get",
        { accountId: id, "#ids": ref("t0", "Email/query", "/ids"), properties: ["threadId"] },
        "t1",
      ],
      ["Thread/get", { accountId: id, "#ids": ref("t1", "Email/get", "/list/*/threadId") }, "t2"],
      [
        "Email/get",
        {
          accountId: id,
          "#ids": ref("t2", "Thread/get", "/list/*/emailIds"),
          properties: ["from", "receivedAt", "subject"],
        },
        "t3",
      ],
    ]);
    const [query, first, threads, all] = responses.map(([, answer]: Answer) => answer);
    const newest = Array.from({ length: 10 }, (_, at) => 24 - at);
    expect(query).toMatchObject({ position: 0, total: 12, ids: newest.map((number) => `m${number}`) });
    const threadId = (number: number) => `t${threadOf((number - 1) % 12)}`;
    // The order in what a /get lists is the server's (§5.1).
    const byThread = newest.toSorted((one, other) => (threadId(one) < threadId(other) ? -1 : 1));
    const sorted = (list: Answer) =>
      list.toSorted((one: Answer, other: Answer) => (one.id < other.id ? -1 : 1));
    expect(Object.fromEntries(first.list.map((one: Answer) => [one.id, one.threadId]))).toEqual(
      Object.fromEntries(newest.map((number) => [`m${number}`, threadId(number)])),
    );
    expect(threads).toMatchObject({ notFound: [] });
    expect(sorted(threads.list)).toEqual(
      byThread.map((number) => ({ id: threadId(number), emailIds: [`m${number - 12}`, `m${number}`] })),
    );
    expect(all).toMatchObject({ notFound: [] });
    expect(all.list.map(({ subject }: Answer) => subject).toSorted()).toEqual(
      newest.flatMap((number) => [`Mail ${number}`, `Mail ${number - 12}`]).toSorted(),
    );
    expect(Object.keys(all.list[0]).toSorted()).toEqual(["from", "id", "receivedAt", "subject"]);
  });

  it("asks on from a state in between, and hears of what is changed meanwhile too (§5.2)", async () => {
    const store = await open();
    const accountId = await openAccount(store, "bob", 1e9);
    const { call } = trialJmap(methodsOn(store), callerOf(accountId));
    const made = async (name: string) =>
      (await call("Mailbox/set", { create: { k: { name } } })).created.k.id;
    const { state: b } = await call("Mailbox/get", { ids: [] });
    const wanted = [await made("C"), await made("D"), await made("E")];
    const told: string[] = [];
    let state = b;
    let steps = 0;
    for (let more = true; more; steps++) {
      const changes = await call("Mailbox/changes", { sinceState: state, maxChanges: 1 });
      expect(changes).toMatchObject({ oldState: state, updated: [], destroyed: [] });
      told.push(...changes.created);
      more = changes.hasMoreChanges;
      if (steps === 1) wanted.push(await made("F"));
      state = changes.newState;
    }
    expect(told).toEqual(wanted);
    expect(steps).toBe(4);
  });
});
