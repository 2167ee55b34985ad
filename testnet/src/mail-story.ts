/** Two people, what they write to each other, and their devices, which keep their mail. */
import { type Draft, login, prepare, type Session, send, type Transport } from "@posthorn/client";
import { isUpToDate, newDevice, type TestDevice, type TestDeviceOptions, until } from "./devices.ts";
import { joinAs, type TestPerson } from "./people.ts";
import { startTestnet, type Testnet } from "./testnet.ts";

export interface MailStory {
  net: Testnet;
  /** At the first server. */
  alice: TestPerson;
  /** At the last one. */
  bob: TestPerson;
  /** A device of somebody's, open. */
  deviceOf(person: TestPerson, options?: StoryDeviceOptions): Promise<TestDevice>;
  /** The same once it has all that is at the server. */
  wholeDeviceOf(person: TestPerson, options?: StoryDeviceOptions): Promise<TestDevice>;
  /** Sends it, and lets a second pass. Gives the message's id. */
  write(session: Session, draft: Draft): Promise<string>;
  /** Bob writes Alice a letter. */
  letter(subject: string, body: string): Promise<string>;
  /** Several, one after another. */
  bobWrites(...subjects: string[]): Promise<void>;
  close(): Promise<void>;
}

interface StoryDeviceOptions extends TestDeviceOptions {
  transport?: Transport;
}

export async function startMailStory(names: readonly string[]): Promise<MailStory> {
  const net = await startTestnet({ names, wire: "memory" });
  const [first = "", last = first] = [names[0], names.at(-1)];
  const alice = await joinAs(net, net.node(first), "alice");
  const bob = await joinAs(net, net.node(last), "bob");
  const devices: TestDevice[] = [];
  const story: MailStory = {
    net,
    alice,
    bob,
    async deviceOf(person, { transport = net.platform.transport, ...options } = {}) {
      const platform = { ...net.platform, transport };
      const device = await newDevice(platform, (own) => login(own, person), options);
      devices.push(device);
      await device.open();
      return device;
    },
    async wholeDeviceOf(person, options) {
      const device = await story.deviceOf(person, options);
      await until(() => isUpToDate(device));
      return device;
    },
    async write(session, draft) {
      const { message } = await prepare(session, draft);
      await send(session, message);
      await net.drain();
      await net.advance(1_000);
      return message.id;
    },
    letter: (subject, body) =>
      story.write(bob.session, { from: bob.address, to: [alice.address], subject, body }),
    async bobWrites(...subjects) {
      for (const subject of subjects) await story.letter(subject, `About ${subject}`);
    },
    async close() {
      for (const device of devices.splice(0)) await device.close();
      await net.close();
    },
  };
  return story;
}
