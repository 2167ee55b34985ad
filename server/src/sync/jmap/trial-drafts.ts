/** For tests: bob@a.test, who writes drafts and sends them. */
import { readMessage } from "@posthorn/protocol";
import { HandClock } from "../../env/hand-clock.ts";
import { openAccount } from "../../objects/trial-mail.ts";
import { claim } from "../../queue/claim.ts";
import type { OpenTestStore } from "../../store/each-store.ts";
import type { Store } from "../../store/sql.ts";
import { type Answer, callerOf, methodsOn, type TrialJmap, trialJmap } from "./trial-jmap.ts";
import { type TrialSubmission, trialSubmission } from "./trial-submission.ts";

export interface DraftingBob extends TrialJmap {
  store: Store;
  ctx: TrialSubmission;
  clock: HandClock;
  accountId: number;
}

export async function withBob(
  open: OpenTestStore,
  scopes?: Parameters<typeof callerOf>[1],
): Promise<DraftingBob> {
  const store = await open();
  const accountId = await openAccount(store, "bob", 10_000_000);
  const clock = new HandClock();
  const ctx = trialSubmission(store, clock);
  const jmap = trialJmap(methodsOn(store, ctx), callerOf(accountId, scopes));
  return { ...jmap, store, ctx, clock, accountId };
}

export const draft = {
  mailboxIds: { f2: true },
  keywords: { $draft: true, $seen: true },
  from: [{ name: "Bob", email: "bob@a.test" }],
  to: [{ name: null, email: "alice@b.test" }],
  subject: "Hello",
  bodyValues: { t: { value: "Shall we meet at ten?" } },
  textBody: [{ partId: "t", type: "text/plain" }],
};

/** Makes a draft; its id. */
export async function write(bob: DraftingBob, fields: object = {}): Promise<string> {
  const { created, notCreated } = await bob.call("Email/set", { create: { k: { ...draft, ...fields } } });
  if (created === null) throw new Error(JSON.stringify(notCreated));
  return created.k.id;
}

export function send(bob: DraftingBob, emailId: string, more: object = {}): Promise<Answer> {
  return bob.call("EmailSubmission/set", { create: { s: { emailId, identityId: "i1", ...more } } });
}

export async function refusal(bob: DraftingBob, emailId: string, more: object = {}): Promise<Answer> {
  const { created, notCreated } = await send(bob, emailId, more);
  if (created !== null) throw new Error("it was sent");
  return notCreated.s;
}

/** What the queue would send to a host. */
export async function leaving({ store, ctx }: DraftingBob, host: string) {
  const limits = { messages: 100, bytes: 1_000_000, leaseMs: 60_000 };
  const { messages } = await store.write((tx) => claim(tx, host, ctx.clock.now(), limits));
  return messages.map(({ bytes, deliveries }) => ({
    message: readMessage(bytes),
    to: deliveries.map(({ recipient }) => recipient),
  }));
}

export async function emailOf(bob: DraftingBob, id: string, properties: string[]): Promise<Answer> {
  return (await bob.call("Email/get", { ids: [id], properties, fetchTextBodyValues: true })).list[0];
}
