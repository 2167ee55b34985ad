import { expect, test } from "vitest";
import { TrialTodos, trialApi } from "./trial-todos.ts";

test("a /copy is refused by where it would copy from: nobody here has two accounts (RFC 8620 §5.4)", async () => {
  const todos = new TrialTodos();
  todos.put({ id: "a", title: "Practise Piano" });
  const api = trialApi(todos.methods());
  const create = { k5122: { id: "a" } };
  const copy = (args: object) => api.ask("Todo/copy", { create, onSuccessDestroyOriginal: true, ...args });
  expect(await copy({ fromAccountId: "a2" })).toMatchObject({ type: "fromAccountNotFound" });
  expect(await copy({ fromAccountId: "a1" })).toMatchObject({ type: "invalidArguments" });
  expect(await copy({ fromAccountId: "a1", accountId: "a2" })).toMatchObject({ type: "accountNotFound" });
  expect(await copy({})).toMatchObject({ type: "invalidArguments" });
  expect(todos.held.todos.size).toBe(1);
});
