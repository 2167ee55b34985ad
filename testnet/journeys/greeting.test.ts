/** What a new account begins with, where its server greets. */
import { eachMessage, getMailbox, openStored } from "@posthorn/client";
import { fromNameOf } from "@posthorn/protocol";
import { expect, test } from "vitest";
import { joinAs } from "../src/people.ts";
import { startTestnet } from "../src/testnet.ts";

test("a sealed account finds letters of the postmaster that its server has sealed, and has room for all of them", async () => {
  const net = await startTestnet({ names: ["alpha"], wire: "memory", settings: { greeting: "yes" } });
  try {
    const { session } = await joinAs(net, net.node("alpha"), "ana");
    const inbox = await getMailbox(session, "inbox");
    const opened = [];
    for await (const { id, wire } of eachMessage(session, { mailbox: inbox.id })) {
      expect(wire).toMatchObject({ sealed: true, from: { id: "postmaster", host: "alpha.test" } });
      const { message } = await openStored(session, id);
      expect(fromNameOf(message)).toBe("Posthorn");
      opened.push("subject" in message ? message.subject : undefined);
    }
    expect(opened).toEqual([
      "Welcome to alpha.test",
      "Who can read your mail",
      "Try the keys on this letter",
    ]);
  } finally {
    await net.close();
  }
});
