/** Where stories of letters begin: somebody at a browser who writes, and Bob at another server, who has written to her. */
import { keepSettings } from "../own-records.ts";
import { joinAs, type TestPerson, writeAs } from "../people.ts";
import { startWebClients, type WebClient, type WebClients } from "./web-client.ts";

export interface Writers {
  clients: WebClients;
  alice: WebClient;
  /** Alice, at another device than the browser. */
  writer: TestPerson;
  bob: TestPerson;
}

/** `undoS` is how long what Alice sends can be taken back; what it is for everybody when left out. */
export async function startWriters({ undoS }: { undoS?: number } = {}): Promise<Writers> {
  const clients = await startWebClients();
  const [alpha, beta] = [clients.net.node("alpha"), clients.net.node("beta")];
  const writer = await joinAs(clients.net, alpha, "alice");
  const bob = await joinAs(clients.net, beta, "bob");
  if (undoS !== undefined) await keepSettings(writer.session, { undoS });
  await writeAs(bob, writer, "Hello from Bob", "How are you?");
  const alice = await clients.open(alpha);
  await alice.signIn(writer);
  // The settings are here, too.
  await alice.page.getByText("Up to date").waitFor();
  return { clients, alice, writer, bob };
}
