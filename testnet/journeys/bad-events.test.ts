/** Events that the server tells a device, doubled, out of order and lost: it has what the server has after one reconnect. */
import {
  changeEmails,
  compose,
  createMailbox,
  emails,
  openWithToken,
  type Session,
  sendBatch,
  type Transport,
} from "@posthorn/client";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isUpToDate, newDevice, type TestDevice, until } from "../src/devices.ts";
import { seededRandom } from "../src/seeded-random.ts";
import type { EventFate } from "../src/spoil-events.ts";
import { startTestnet, type TestAccount, type Testnet } from "../src/testnet.ts";
import { wholeOnDevice, wholeOnServer } from "../src/whole-account.ts";

let net: Testnet;
let account: TestAccount;
let writer: Session;
const devices: TestDevice[] = [];

beforeEach(async () => {
  net = await startTestnet({ names: ["alpha"], wire: "memory" });
  account = await net.node("alpha").addAccount("alice");
  writer = await net.session(await net.node("alpha").addAccount("writer"));
});
afterEach(async () => {
  for (const device of devices.splice(0)) await device.close();
  await net.close();
});

/** `onStream` is told each time that it has begun to listen. */
async function deviceThatIsOpen(onStream: () => void = () => undefined): Promise<TestDevice> {
  const transport: Transport = async (request) => {
    const answer = await net.platform.transport(request);
    if (answer.headers.get("content-type")?.startsWith("text/event-stream") === true) onStream();
    return answer;
  };
  const device = await newDevice({ ...net.platform, transport }, (platform) =>
    openWithToken(platform, account),
  );
  devices.push(device);
  await device.open();
  await until(() => isUpToDate(device));
  return device;
}

async function letterComes(subject: string): Promise<void> {
  const draft = { from: writer.address, to: [account.address], subject, body: "Hello" };
  await sendBatch(writer, [compose(net.platform, draft)]);
  await net.drain();
}

/** Whether the device has what the server has. */
async function isSame({ mail }: TestDevice): Promise<boolean> {
  const there = await wholeOnServer(await net.session(account));
  const here = await wholeOnDevice(mail).catch(() => undefined);
  return JSON.stringify(here) === JSON.stringify(there);
}

test("whatever becomes of events, one reconnect brings a device to what the server has", async ({
  annotate,
}) => {
  const seed = Number(process.env.POSTHORN_SEED ?? Math.floor(Math.random() * 2 ** 31));
  await annotate(`seed ${seed}`);
  const random = seededRandom(seed);
  for (let number = 0; number < 5; number++) await letterComes(`Letter ${number}`);
  let streams = 0;
  const device = await deviceThatIsOpen(() => streams++);
  const other = await deviceThatIsOpen();
  const fates: EventFate[] = ["well", "twice", "late", "lost"];
  const seen = new Map<EventFate, number>();
  device.wire.eventFate = () => {
    const fate = fates[random.int(fates.length)] ?? "well";
    seen.set(fate, (seen.get(fate) ?? 0) + 1);
    return fate;
  };
  let stale = 0;
  for (let round = 0; round < 40; round++) {
    for (let count = 1 + random.int(4); count > 0; count--) {
      const ids = await other.mail.store.keys(emails);
      const id = ids[random.int(ids.length)] ?? "";
      const kind = random.int(4);
      if (kind === 0) await letterComes(`Round ${round}`);
      else if (kind === 1) await createMailbox(other.mail, "made", { name: `Box ${round}.${count}` });
      else {
        const set = { [kind === 2 ? "$seen" : "$flagged"]: random.int(2) === 0 };
        await changeEmails(other.mail, "marked", [id], { kind: "keywords", set });
      }
      await until(() => isUpToDate(other));
    }
    if (!(await isSame(device))) stale++;
    streams = 0;
    device.wire.cut();
    // Events are as bad as before.
    await until(async () => {
      await net.advance(200);
      return streams > 0;
    });
    await until(() => isSame(device));
    expect(streams, `seed ${seed}`).toBe(1);
  }
  for (const fate of fates) expect(seen.get(fate), `seed ${seed}`).toBeGreaterThan(0);
  expect(stale, `seed ${seed}`).toBeGreaterThan(0);
});

test("doubled events do no harm, and one that comes late is followed no later than the next", async () => {
  await letterComes("first");
  const device = await deviceThatIsOpen();
  device.wire.eventFate = () => "twice";
  for (const subject of ["second", "third"]) {
    await letterComes(subject);
    await until(() => isSame(device));
  }
  const fates: EventFate[] = ["late"];
  device.wire.eventFate = () => fates.shift() ?? "well";
  await letterComes("fourth");
  await letterComes("fifth");
  await until(() => isSame(device));
  expect((await wholeOnDevice(device.mail)).emails).toHaveLength(5);
});
