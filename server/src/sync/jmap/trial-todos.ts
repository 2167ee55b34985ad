/** For tests: the data type that RFC 8620 §5.7 has in its examples, in memory, with all the standard methods. */
import { Type } from "typebox";
import { closed, noMore, nullable, resolveId } from "./arguments.ts";
import { changesMethod, findState, foldChanges, type TypeChange } from "./changes.ts";
import { copyMethod } from "./copy.ts";
import { coreMethods } from "./core-methods.ts";
import { getMethod } from "./get.ts";
import { type JmapCaller, type JmapObject, type Methods, refuseObject } from "./method.ts";
import { queryMethod, showWindow } from "./query.ts";
import { meetsFilter, type SortBy } from "./query-arguments.ts";
import { deltaOf, queryChangesMethod } from "./query-changes.ts";
import { processRequest, type RequestContext } from "./request.ts";
import { type SetWrite, separately, setMethod } from "./set.ts";

export interface Todo {
  id: string;
  title: string;
  keywords: Record<string, true>;
  neuralNetworkTimeEstimation: number;
  subTodoIds: readonly string[] | null;
}

interface Held {
  todos: Map<string, Todo>;
  changes: TypeChange[];
  state: number;
}

export const todoCapability = "urn:example:todo";

export const caller: JmapCaller = {
  accountId: 1,
  accountName: "alice",
  scopes: new Set(["read", "draft"]),
  isSignIn: true,
  credentialId: "sign-in",
};

const title = Type.String({ minLength: 1, maxLength: 100 });
const keywords = Type.Record(Type.String(), Type.Literal(true));
const subTodoIds = nullable(Type.Array(Type.String(), { maxItems: 10 }));
const properties = ["id", "title", "keywords", "neuralNetworkTimeEstimation", "subTodoIds"];

/** Todos of one account. What has the title “fail” cannot be written: that is an accident. */
export class TrialTodos {
  held: Held = { todos: new Map(), changes: [], state: 0 };
  /** Changes before this are forgotten. */
  knownSince = 0;
  /** How many objects were looked for at most. */
  mostListed = 0;
  readonly #whole: SetWrite<undefined> = async (_, work) => {
    const before: Held = { ...this.held, todos: new Map(this.held.todos), changes: [...this.held.changes] };
    try {
      return await work(undefined);
    } catch (error) {
      this.held = before;
      throw error;
    }
  };

  put(todo: Pick<Todo, "id" | "title"> & Partial<Todo>): void {
    const change = this.held.todos.has(todo.id) ? "updated" : "created";
    this.held.todos.set(todo.id, { keywords: {}, subTodoIds: null, neuralNetworkTimeEstimation: 0, ...todo });
    this.#note(todo.id, change);
  }

  remove(id: string): void {
    this.held.todos.delete(id);
    this.#note(id, "destroyed");
  }

  #note(id: string, change: TypeChange["change"]): void {
    this.held.changes.push({ state: ++this.held.state, id, change });
  }

  #stateNow(): Promise<string> {
    return Promise.resolve(String(this.held.state));
  }

  methods(write: "whole" | "separately" = "whole"): Methods {
    const type = { capability: todoCapability, scope: "read", more: noMore } as const;
    const query = {
      ...type,
      condition: Type.Object({ hasKeyword: Type.Optional(Type.String()) }, closed),
      sorts: { title: {}, hasKeyword: { keyword: Type.String() } },
    };
    return {
      ...coreMethods,
      "Todo/get": getMethod({
        ...type,
        state: () => this.#stateNow(),
        properties,
        list: async (_, { ids, limit }) => {
          const all = [...this.held.todos.values()].map((todo) => ({ ...todo }));
          const found = ids === undefined ? all.slice(0, limit) : all.filter(({ id }) => ids.includes(id));
          this.mostListed = Math.max(this.mostListed, found.length);
          return found;
        },
      }),
      "Todo/changes": changesMethod({
        ...type,
        state: () => this.#stateNow(),
        list: async (_, { since, limit }) =>
          since < this.knownSince ? undefined : this.#since(since).slice(0, limit),
      }),
      "Todo/set": this.#setMethod(write),
      "Todo/copy": copyMethod(type),
      "Todo/query": queryMethod({
        ...query,
        query: async (_, { filter, sort, window }) => {
          const results = this.results((todo) => meetsFilter(filter, (one) => hasKeyword(todo, one)), sort);
          const queryState = await this.#stateNow();
          return {
            ...showWindow(results, window),
            total: results.length,
            queryState,
            canCalculateChanges: true,
          };
        },
      }),
      "Todo/queryChanges": queryChangesMethod({
        ...query,
        queryChanges: async (_, { filter, sort, sinceQueryState, upToId }) => {
          const since = findState(sinceQueryState) ?? -1;
          if (since < this.knownSince) return undefined;
          const results = this.results((todo) => meetsFilter(filter, (one) => hasKeyword(todo, one)), sort);
          const isFixed = filter === undefined && sort.length === 0;
          return {
            newQueryState: await this.#stateNow(),
            total: results.length,
            ...deltaOf(results, foldChanges(this.#since(since)), { upToId, isFixed }),
          };
        },
      }),
    };
  }

  #setMethod(write: "whole" | "separately") {
    return setMethod({
      capability: todoCapability,
      scope: "draft",
      more: noMore,
      write: write === "whole" ? this.#whole : separately,
      state: () => this.#stateNow(),
      create: {
        schema: Type.Object({ title, keywords: Type.Optional(keywords), subTodoIds }, closed),
        run: async (at, given) => {
          this.#refuse(given.title, undefined);
          const id = `t${this.held.state + 1}`;
          const ids = resolveAll(at, given.subTodoIds ?? null);
          const made = { id, keywords: {}, ...given, subTodoIds: ids, neuralNetworkTimeEstimation: 3600 };
          this.put(made);
          return { id, neuralNetworkTimeEstimation: 3600 };
        },
      },
      find: async (_, id) => this.held.todos.get(id),
      update: {
        schema: Type.Object(
          { title: Type.Optional(title), keywords: Type.Optional(keywords), subTodoIds },
          closed,
        ),
        defaults: { keywords: {}, subTodoIds: null },
        view: (todo): JmapObject => ({ ...todo }),
        run: async (at, todo, change) => {
          if (change.title !== undefined) this.#refuse(change.title, todo.id);
          const ids = resolveAll(at, change.subTodoIds === undefined ? todo.subTodoIds : change.subTodoIds);
          const estimation = todo.neuralNetworkTimeEstimation + 1800;
          this.put({ ...todo, ...change, subTodoIds: ids, neuralNetworkTimeEstimation: estimation });
          return { neuralNetworkTimeEstimation: estimation };
        },
      },
      destroy: async (_, todo) => {
        const above = [...this.held.todos.values()].some(({ subTodoIds }) => subTodoIds?.includes(todo.id));
        if (above) refuseObject("todoIsPart", "It is a part of another.");
        this.remove(todo.id);
      },
      againAfter: ["todoIsPart", "alreadyExists"],
    });
  }

  #refuse(title: string, ownId: string | undefined): void {
    if (title === "fail") throw new Error("the disk is on fire");
    const other = [...this.held.todos.values()].find((todo) => todo.title === title && todo.id !== ownId);
    if (other !== undefined)
      refuseObject("alreadyExists", "There is one of this title.", { existingId: other.id });
  }

  #since(state: number): TypeChange[] {
    return this.held.changes.filter((change) => change.state > state);
  }

  results(meets: (todo: Todo) => boolean, sort: readonly SortBy[]): string[] {
    const compare = (a: Todo, b: Todo): number => {
      for (const by of sort) {
        const order = by.property === "title" ? compareTexts(a.title, b.title) : 0;
        if (order !== 0) return by.isAscending ? order : -order;
      }
      return compareTexts(a.id, b.id);
    };
    return [...this.held.todos.values()]
      .filter(meets)
      .sort(compare)
      .map(({ id }) => id);
  }
}

function resolveAll(
  at: Parameters<typeof resolveId>[0],
  ids: readonly string[] | null,
): readonly string[] | null {
  return (
    ids?.map(
      (id) =>
        resolveId(at, id) ??
        refuseObject("invalidProperties", `${id} is nothing.`, { properties: ["subTodoIds"] }),
    ) ?? null
  );
}

function hasKeyword(todo: Todo, { hasKeyword }: { hasKeyword?: string }): boolean {
  return hasKeyword === undefined || Object.hasOwn(todo.keywords, hasKeyword);
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

export interface TrialApi {
  logged: Readonly<Record<string, unknown>>[];
  /** The whole answer to a body of any form. */
  post(body: string | Uint8Array): Promise<{ status: number; contentType: string; json: unknown }>;
  /** The responses to these calls. */
  call(...methodCalls: readonly (readonly [string, object, string])[]): Promise<unknown[]>;
  /** The arguments of the one response to this call. */
  ask(name: string, args: object): Promise<Record<string, unknown>>;
}

/** The API with these methods, called by `as`. */
export function trialApi(methods: Methods, as: JmapCaller = caller): TrialApi {
  const logged: Readonly<Record<string, unknown>>[] = [];
  const ctx: RequestContext = {
    methods,
    capabilities: new Set(["urn:ietf:params:jmap:core", todoCapability]),
    sessionState: () => "75128aab4b1b",
    log: (_, __, fields = {}) => logged.push(fields),
    random: { bytes: (length) => new Uint8Array(length).fill(7) },
  };
  const encoder = new TextEncoder();
  const trial: TrialApi = {
    logged,
    async post(body) {
      const bytes = typeof body === "string" ? encoder.encode(body) : body;
      const answer = await processRequest(ctx, as, bytes);
      const json: unknown = JSON.parse(new TextDecoder().decode(answer.body));
      return { status: answer.status, contentType: answer.contentType, json };
    },
    async call(...methodCalls) {
      const using = [...ctx.capabilities];
      const { json } = await trial.post(JSON.stringify({ using, methodCalls }));
      const responses: unknown = Reflect.get(Object(json), "methodResponses");
      if (!Array.isArray(responses)) throw new Error(`refused: ${JSON.stringify(json)}`);
      return responses;
    },
    async ask(name, args) {
      const [response] = await trial.call([name, { accountId: "a1", ...args }, "0"]);
      const answered: unknown = Array.isArray(response) ? response[1] : undefined;
      return { ...Object(answered) };
    },
  };
  return trial;
}
