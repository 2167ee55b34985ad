/**
 * A program that writes from an open account with an API token. Its letters go in the open, to whomever: their servers
 * seal them on arrival, but until then they can be read.
 *
 *     node_modules/.bin/node --conditions=source client/examples/robot.ts robot@a.example ph_… alice@a.example
 */
import { compose, openWithToken, send } from "@posthorn/client";
import { openHome, usualHomeFolder } from "@posthorn/client/node";

const [from = "", token = "", to = ""] = process.argv.slice(2);
const platform = await openHome(usualHomeFolder(process.env)).platform();
const session = await openWithToken(platform, { address: from, token });
const message = compose(platform, {
  from,
  to: [to],
  subject: "The backup is done",
  body: "It took a minute.",
});
const { recipients } = await send(session, message);
for (const { address, status } of recipients) console.log(`${address}: ${status}`);
