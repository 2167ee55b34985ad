import { logout as signOut } from "@posthorn/client";
import type { Command } from "commander";
import { chooseAddress, openKept } from "../open-session.ts";
import { answer, homeOf, type Shell } from "../shell.ts";

export function logout(command: Command, shell: Shell): void {
  command
    .description(
      "Signs out: ends the sign-in at the server and forgets it here with the mail that is kept here, here in any case.",
    )
    .action(async () => {
      const home = homeOf(shell);
      const address = await chooseAddress(shell, home);
      try {
        await signOut(await openKept(shell, home, address), home.keeper(address));
      } finally {
        await home.forgetMail(address);
      }
      answer(shell, { signedOut: address }, () => `Signed out ${address}.`);
    });
}
