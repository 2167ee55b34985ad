import { capabilities } from "@posthorn/protocol";
import { type Api, makeApi } from "../api.ts";
import { type HandPlatform, handPlatform } from "../hand-platform.ts";
import { answerJson, bodyOf, serve } from "./test-server.ts";
import { nodeTransport } from "./transport.ts";

type Fields = Readonly<Record<string, unknown>>;

/** What each method answers; `["error", fields]` for a refusal. */
export type TestMethods = Readonly<
  Record<string, (asked: Fields, answers: ReadonlyMap<string, Fields>) => Fields | readonly ["error", Fields]>
>;

const session = {
  capabilities: { [capabilities.core]: {}, [capabilities.mail]: {}, [capabilities.posthorn]: {} },
  accounts: {},
  primaryAccounts: { [capabilities.mail]: "a1" },
  username: "alice@a.test",
  apiUrl: "https://a.test/jmap/api",
  downloadUrl: "",
  uploadUrl: "",
  eventSourceUrl: "",
  state: "s",
};

export interface TestJmap {
  platform: HandPlatform;
  api: Api;
  /** What was asked: of each request its calls, names and arguments without the account's id. */
  requests: (readonly [name: string, asked: Fields])[][];
}

/** A server for one test that answers these methods and no other. References between calls are given as they came. */
export async function serveJmap(methods: TestMethods): Promise<TestJmap> {
  const requests: TestJmap["requests"] = [];
  const server = await serve(async (request, response) => {
    if (request.url === "/.well-known/jmap") return answerJson(response, 200, session);
    const { methodCalls }: { methodCalls: [string, Fields, string][] } = JSON.parse(
      (await bodyOf(request)).toString(),
    );
    const answers = new Map<string, Fields>();
    requests.push(methodCalls.map(([name, { accountId, ...asked }]) => [name, asked]));
    const methodResponses = methodCalls.map(([name, asked, id]) => {
      const answered = methods[name]?.(asked, answers) ?? (["error", { type: "unknownMethod" }] as const);
      if (isRefusal(answered)) return [...answered, id];
      answers.set(id, answered);
      return [name, answered, id];
    });
    return answerJson(response, 200, { methodResponses, sessionState: "s" });
  });
  const platform = handPlatform(nodeTransport({ ca: server.ca, localhost: true }));
  return { platform, api: makeApi(platform, server.origin, { token: async () => "t" }), requests };
}

function isRefusal(answered: Fields | readonly ["error", Fields]): answered is readonly ["error", Fields] {
  return Array.isArray(answered);
}

/** A letter from bob to alice as a list has it. */
export function emailOf(id: string, more: Fields = {}): Fields {
  return {
    id,
    blobId: `e${id.slice(1)}`,
    threadId: "t0192f0c1-0000-7000-8000-000000000001",
    mailboxIds: { f1: true },
    keywords: {},
    size: 100,
    receivedAt: "2026-11-24T00:00:01Z",
    sentAt: "2026-11-24T00:00:00Z",
    from: [{ name: null, email: "bob@b.test" }],
    to: [{ name: null, email: "alice@a.test" }],
    cc: null,
    subject: "Hello",
    preview: "",
    hasAttachment: false,
    snoozedUntil: null,
    wire: {
      id: "0192f0c1-0000-7000-8000-000000000001",
      type: "email",
      from: { id: "bob", host: "b.test" },
      to: [{ id: "alice", host: "a.test" }],
      cc: [],
      date: "2026-11-24T00:00:00Z",
      thread: "0192f0c1-0000-7000-8000-000000000001",
      inReplyTo: null,
      target: null,
      sealed: false,
      attachments: [],
      size: 100,
    },
    ...more,
  };
}
