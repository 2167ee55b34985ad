/** Lies about methods of JMAP, which all go by one route. */
import { type MessageMeta, MessageMetaSchema, readJson, shape } from "@posthorn/protocol";
import { Type } from "typebox";
import type { Answer, Call, Lie, Recording } from "./evil-server.ts";

/** Name, arguments and call id, of a call or of an answer. */
type Invocation = readonly [name: string, fields: Fields, id: string];
type Fields = Readonly<Record<string, unknown>>;

/** Makes another answer of each good one of a method. `change` may give anything, or other arguments than it was given. */
export function answeringMethod(name: string, change: (answered: Fields, asked: Fields) => unknown): Lie {
  return {
    answer: (call, answer) =>
      changedAnswer(call, answer, async (answered, asked) =>
        answered[0] === name ? [name, await change(answered[1], asked), answered[2]] : answered,
      ),
  };
}

const emailsGot = shape(Type.Object({ list: Type.Array(Type.Partial(MessageMetaSchema)) }));

/** Whatever is told of messages, in lists or of one, each is as this makes it, or not there at all. */
export function tellingOf(change: (email: Partial<MessageMeta>) => object | undefined): Lie {
  return answeringMethod("Email/get", (answered) => {
    const { list } = emailsGot.parse(answered);
    return { ...answered, list: list.flatMap((email) => change(email) ?? []) };
  });
}

/** Gives other bytes in the place of each message that is asked for whole. */
export function givingMessage(
  change: (bytes: Uint8Array, id: string) => Uint8Array | Promise<Uint8Array>,
): Lie {
  return answeringMethod("Email/get", async (answered) => {
    const changed = emailsGot.parse(answered).list.map(async (email) => {
      const { id = "", wireText } = email;
      if (typeof wireText !== "string") return email;
      const bytes = await change(Buffer.from(wireText), id);
      return { ...email, wireText: Buffer.from(bytes).toString() };
    });
    return { ...answered, list: await Promise.all(changed) };
  });
}

/** Asks the real server for another thing than the client has asked for. */
export function askingMethod(name: string, change: (asked: Fields) => Fields): Lie {
  return {
    request(call) {
      const calls = callsIn(call);
      if (calls === undefined || call.body === undefined) return call;
      const methodCalls = calls.map((one) => (one[0] === name ? [name, change(one[1]), one[2]] : one));
      return { ...call, body: jsonBytes({ ...fieldsOf(readJson(call.body)), methodCalls }) };
    },
  };
}

/** Refuses what a /set would write, each object by itself, and the real server hears nothing of the request. */
export function refusingToSet(name: string, type: string): Lie {
  const reason = { type, description: `The server says ${type}.` };
  const refused = (names: unknown) => Object.fromEntries(idsIn(names).map((id) => [id, reason]));
  return insteadOf(name, ({ accountId, create, update, destroy }) => ({
    accountId,
    newState: "1",
    notCreated: refused(create),
    notUpdated: refused(update),
    notDestroyed: refused(destroy),
  }));
}

/** Says that all was written, and the real server hears nothing of the request. */
export function swallowingSet(name: string): Lie {
  return insteadOf(name, ({ accountId, create, update, destroy }) => ({
    accountId,
    newState: "1",
    created: create ?? null,
    updated: Object.fromEntries(idsIn(update).map((id) => [id, null])),
    destroyed: idsIn(destroy),
  }));
}

/** Keeps good answers of methods, the newest to each question, to be given again when they are true no longer. */
export function recordingMethods(...names: readonly string[]): Recording {
  const heard = new Map<string, Fields>();
  const questionOf = (name: string, asked: Fields) => JSON.stringify([name, asked]);
  return {
    listen: {
      answer: (call, answer) =>
        changedAnswer(call, answer, async (answered, asked) => {
          if (names.includes(answered[0])) heard.set(questionOf(answered[0], asked), answered[1]);
          return answered;
        }),
    },
    replay: {
      answer: (call, answer) =>
        changedAnswer(call, answer, async (answered, asked) => {
          const before = heard.get(questionOf(answered[0], asked));
          return before === undefined ? answered : [answered[0], before, answered[2]];
        }),
    },
  };
}

/** Several recordings as one. */
export function together(...recordings: readonly Recording[]): Recording {
  const chained = (which: "listen" | "replay"): Lie => ({
    async answer(call, answer) {
      let told = answer;
      for (const recording of recordings) told = (await recording[which].answer?.(call, told)) ?? told;
      return told;
    },
  });
  return { listen: chained("listen"), replay: chained("replay") };
}

function insteadOf(name: string, answer: (asked: Fields) => object): Lie {
  return {
    request(call) {
      const calls = callsIn(call) ?? [];
      if (!calls.some((one) => one[0] === name)) return call;
      if (calls.length > 1) throw new Error("a lie in the place of one call takes requests of one call only");
      const methodResponses = calls.map(([, asked, id]) => [name, answer(asked), id]);
      return {
        status: 200,
        headers: new Map([["content-type", "application/json"]]),
        body: jsonBytes({ methodResponses, sessionState: "s" }),
      };
    },
  };
}

async function changedAnswer(
  call: Call,
  answer: Answer,
  change: (answered: Invocation, asked: Fields) => Promise<readonly unknown[]>,
): Promise<Answer> {
  const calls = callsIn(call);
  if (calls === undefined || answer.status !== 200) return answer;
  const { methodResponses, ...rest } = fieldsOf(readJson(answer.body));
  const changed = invocationsIn(methodResponses).map(async (answered) => {
    const asked = calls.find(([, , id]) => id === answered[2]);
    return asked === undefined ? answered : change(answered, asked[1]);
  });
  return { ...answer, body: jsonBytes({ ...rest, methodResponses: await Promise.all(changed) }) };
}

/** The calls of a request, undefined when it is none of JMAP. */
function callsIn({ method, url, body }: Call): Invocation[] | undefined {
  if (method !== "POST" || url.pathname !== "/jmap/api" || body === undefined) return undefined;
  return invocationsIn(fieldsOf(readJson(body)).methodCalls);
}

function invocationsIn(list: unknown): Invocation[] {
  if (!Array.isArray(list)) throw new Error("this is no list of calls");
  return list.map(([name, fields, id]: readonly unknown[]) => [String(name), fieldsOf(fields), String(id)]);
}

function fieldsOf(value: unknown): Fields {
  return Object.fromEntries(Object.entries(Object(value)));
}

function idsIn(names: unknown): string[] {
  return Array.isArray(names) ? names.map(String) : Object.keys(Object(names));
}

function jsonBytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}
