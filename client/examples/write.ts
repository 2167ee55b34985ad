/**
 * Writes a sealed letter with a file, and waits until it is there.
 *
 *     node_modules/.bin/node --conditions=source client/examples/write.ts alice@a.example bob@b.example plan.pdf
 */
import { basename } from "node:path";
import { markTold, prepare, resume, send, uploadSealedFile, waitUntilSettled } from "@posthorn/client";
import { openFileSource, openHome, usualHomeFolder } from "@posthorn/client/node";
import { uuidV7 } from "@posthorn/protocol";

const [from = "", to = "", path = ""] = process.argv.slice(2);
const home = openHome(usualHomeFolder(process.env));
const platform = await home.platform();
const session = await resume(platform, home.keeper(from));
if (session === undefined) throw new Error(`${from} is not signed in here.`);

// The message's id comes first: a file is sealed for one message and one place in it.
const id = uuidV7(platform.clock.now(), platform.randomBytes(16));
const source = await openFileSource(path);
const file = await uploadSealedFile(session, source, {
  messageId: id,
  place: 0,
  filename: basename(path),
  onProgress: ({ doneBytes, totalBytes }) => console.log(`${doneBytes} of ${totalBytes} sealed bytes`),
});
await source.close();

const draft = { id, from: session.address, to: [to], subject: "The plan", body: "Here it is." };
const { message, news } = await prepare(session, draft, { files: [file] });
for (const { address, news: what } of news) {
  console.log(`The keys of ${address}: ${what}`);
  await markTold(session, address, what);
}
await send(session, message);
const { recipients } = await waitUntilSettled(session, id, { timeoutMs: 30_000 });
for (const { address, status } of recipients) console.log(`${address}: ${status}`);
