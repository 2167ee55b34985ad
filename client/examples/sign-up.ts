/**
 * Registers a sealed account with an invitation's link, and keeps the sign-in for the other examples.
 *
 *     node_modules/.bin/node --conditions=source client/examples/sign-up.ts https://…/auth/invite/… name password
 */
import { register } from "@posthorn/client";
import { openHome, usualHomeFolder } from "@posthorn/client/node";

const [invite = "", name = "", password = ""] = process.argv.slice(2);
const home = openHome(usualHomeFolder(process.env));
const platform = await home.platform();
const { host } = new URL(invite);
const keeper = home.keeper(`${name}@${host}`);

const { session, recoveryPhrase } = await register(platform, { invite, name, password }, { keeper });
console.log(`You are ${session.address}. Write these twelve words down; nobody can give them back to you:`);
console.log(recoveryPhrase);
