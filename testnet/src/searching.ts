/** Mail that is indexed and searched on devices: what stories about it have in common. */
import {
  callMethod,
  emails,
  findOpened,
  indexMail,
  keepIndexed,
  type Mail,
  type MailHit,
  type Session,
  searchMail,
} from "@posthorn/client";
import { formatTime, limits, RecordsSchema, shape, uuidV7 } from "@posthorn/protocol";
import { deliverLocal } from "@posthorn/server";
import type { TestDevice } from "./devices.ts";
import type { Testnet } from "./testnet.ts";

/** As `searchCoverage` says it when everything can be found. */
export const wholeCoverage = { since: Number.NEGATIVE_INFINITY, waiting: 0, share: 1 };

export function index({ mail }: TestDevice): Promise<void> {
  return indexMail(mail, { signal: new AbortController().signal });
}

/** Keeps a device indexed from now on, until it is stopped. */
export function keepIndex({ mail }: TestDevice): { stop(): Promise<void> } {
  const ended = new AbortController();
  const done = keepIndexed(mail, { signal: ended.signal });
  return {
    async stop() {
      ended.abort();
      await done;
    },
  };
}

/** What is found, newest first. */
export async function hits(mail: Mail, query: string): Promise<MailHit[]> {
  const all: MailHit[] = [];
  for await (const hit of searchMail(mail, query)) all.push(hit);
  return all;
}

/** The subjects of what is found. */
export async function found(mail: Mail, query: string): Promise<string[]> {
  return (await hits(mail, query)).map(({ subject }) => subject.text);
}

export async function foundIds(mail: Mail, query: string): Promise<string[]> {
  return (await hits(mail, query)).map(({ id }) => id);
}

/** Of how many messages something was opened there. */
export async function openedOn({ mail }: TestDevice): Promise<number> {
  const opened = await Promise.all((await mail.store.keys(emails)).map((id) => findOpened(mail, id)));
  return opened.filter((one) => one !== undefined).length;
}

/** Of the account's index, as they lie on the server. */
export async function searchRecords(session: Session): Promise<{ id: string; sealed: string }[]> {
  const call = { method: "Record/get", arguments: { collection: "search", ids: null } };
  return (await callMethod(session, call, shape(RecordsSchema))).list;
}

/** Messages for Alice at `alpha` in the open; her server seals them as they arrive. */
export async function arrive(net: Testnet, all: readonly object[]): Promise<void> {
  const { host, receive } = net.node("alpha").server;
  const [to, date] = [[{ id: "alice", host }], formatTime(net.clock.now())];
  const messages = all.map((one, deliveryId) => {
    const messageId = uuidV7(net.clock.now(), net.platform.randomBytes(16));
    const bytes = new TextEncoder().encode(JSON.stringify({ ...one, id: messageId, to, date }));
    return { messageId, accountId: 0, bytes, recipients: [{ deliveryId, id: "alice" }] };
  });
  for (let at = 0; at < messages.length; at += limits.batchLines) {
    const { results } = await deliverLocal(receive, messages.slice(at, at + limits.batchLines));
    for (const result of results.values()) {
      if (result.state !== "delivered") throw new Error(`It was not delivered: ${JSON.stringify(result)}`);
    }
  }
}
