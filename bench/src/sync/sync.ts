/** What reading mail takes by JMAP: opening an inbox, hearing of changes, being told of them. */
import { join } from "node:path";
import type { RunContext } from "../delivery.ts";
import type { Plan } from "../plan.ts";
import { type Inbox, measureInboxes } from "./inbox.ts";
import { measurePush, type Push } from "./push.ts";
import { SyncServer } from "./sync-server.ts";

export interface Sync {
  requests: number;
  rounds: number;
  /** The smallest mailbox first. */
  inboxes: Inbox[];
  push: Push;
}

export async function measureSync(ctx: RunContext, plan: Plan): Promise<Sync> {
  const { requests, rounds } = plan.sync;
  await using server = await SyncServer.start(join(ctx.folder, "sync"));
  const inboxes = await measureInboxes(ctx, server, plan.sync);
  return { requests, rounds, inboxes, push: await measurePush(ctx, server, plan.sync) };
}
