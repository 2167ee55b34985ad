import { say } from "./words.ts";

/** How it stands with an address, with `*@` and a server, or with `*@*`: everybody else. */
export function standingWords(sender: string, state: "accepted" | "blocked" | "undecided"): string {
  if (sender === "*@*") return say(state === "undecided" ? "screener.on" : "screener.off");
  const host = /^\*@(.*)$/.exec(sender)?.[1];
  if (host !== undefined && state === "blocked") return say("screener.blockedServer", { host });
  return say(`people.set.${state}`, { address: host ?? sender });
}
