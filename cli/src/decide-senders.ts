/** Saying of those who write whether their mail is taken (§50.12). */
import { decideSender, parseSender } from "@posthorn/client";
import type { Sender } from "@posthorn/protocol";
import { refuseUsage } from "./failure.ts";
import { openSession } from "./open-session.ts";
import { answer, type Shell } from "./shell.ts";

type State = Sender["state"];

/** For people, after the name of whom it was said. */
const words: Readonly<Record<State, string>> = {
  accepted: "is accepted. What waited in the Screener is where it would have come.",
  blocked: "is blocked. What they write lies in Junk; they are not told.",
  undecided: "is as if you had said nothing: a first message waits in the Screener.",
};

const wordsOfEverybody: Readonly<Record<State, string>> = {
  accepted: "Mail of strangers comes straight in from now on.",
  blocked: "",
  undecided: "First messages of strangers wait in the Screener from now on.",
};

/** Decides of all of them, in the order given. Throws ProblemError `badAddress` before anything is decided. */
export async function decideSenders(shell: Shell, given: readonly string[], state: State): Promise<void> {
  const senders = [...new Set(given.map(parseSender))];
  if (state === "blocked" && senders.includes("*@*")) {
    refuseUsage("Not everybody can be blocked.", "Name an address, or a host such as '*@example.com'.");
  }
  const session = await openSession(shell);
  for (const sender of senders) await decideSender(session, sender, state);
  answer(
    shell,
    senders.map((address) => ({ address, state })),
    () =>
      senders
        .map((sender) => (sender === "*@*" ? wordsOfEverybody[state] : `${sender} ${words[state]}`))
        .join("\n"),
  );
}
