/**
 * Reads the newest letters of the inbox and saves their files beside it.
 *
 *     node_modules/.bin/node --conditions=source client/examples/read.ts bob@b.example
 */

import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import {
  downloadSealedBytes,
  getMailbox,
  listMessages,
  openStored,
  resume,
  saveName,
} from "@posthorn/client";
import { openHome, usualHomeFolder } from "@posthorn/client/node";
import { formatAddress, senderOf } from "@posthorn/protocol";

const [address = ""] = process.argv.slice(2);
const home = openHome(usualHomeFolder(process.env));
const session = await resume(await home.platform(), home.keeper(address));
if (session === undefined) throw new Error(`${address} is not signed in here.`);

const inbox = await getMailbox(session, "inbox");
const { messages } = await listMessages(session, { mailbox: inbox.id, limit: 10, withText: true });
for (const stored of messages) {
  const opened = await openStored(session, stored);
  const { message } = opened;
  const how = opened.kind === "sealed" ? "sealed" : "in the open: servers on the way could read it";
  console.log(`From ${formatAddress(senderOf(message))} (${how})`);
  if ("subject" in message) console.log(message.subject);
  if ("body" in message) console.log(message.body);
  for (const [place, wanted] of opened.files.entries()) {
    if (wanted.kind !== "sealed") continue;
    const bytes = await downloadSealedBytes(session, { ...wanted, messageId: message.id, place });
    const name = saveName(wanted.file);
    // Its name is what a stranger has called it: never over a file that is there.
    if (existsSync(name)) console.log(`${name} is there already and was not touched`);
    else {
      await writeFile(name, bytes, { flag: "wx" });
      console.log(`Saved ${name}, ${bytes.length} bytes`);
    }
  }
}
