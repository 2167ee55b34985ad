/** Somebody whom notifications may be shown to: their browser asks nobody, and shows what it shows where it can be looked at. */
import { decideSender } from "@posthorn/client";
import { joinAs, type TestPerson } from "../people.ts";
import {
  allowNotifications,
  type NotificationCentre,
  openNotificationCentre,
} from "./notification-centre.ts";
import type { WebClient, WebClients } from "./web-client.ts";

export interface Notified {
  ana: TestPerson;
  /** Whom she has accepted. */
  bo: TestPerson;
  client: WebClient;
  centre: NotificationCentre;
}

/** Signs Ana in at alpha. `prepare` lays what else a browser has under hers, before the page that is used is loaded. */
export async function startNotified(
  clients: WebClients,
  prepare: (client: WebClient) => Promise<void> = async () => undefined,
): Promise<Notified> {
  const [alpha, beta] = [clients.net.node("alpha"), clients.net.node("beta")];
  const ana = await joinAs(clients.net, alpha, "ana");
  const bo = await joinAs(clients.net, beta, "bo");
  await decideSender(ana.session, bo.address, "accepted");
  const client = await clients.open(alpha, { isPlain: true });
  await allowNotifications(client.context, { now: "default", asked: "granted" });
  await prepare(client);
  await client.page.reload();
  await client.signIn(ana);
  return { ana, bo, client, centre: await openNotificationCentre(client.page) };
}
