/** What goes on for as long as a page is open: it keeps the browser's part in order, and tells what comes while nobody looks. */
import { go, readRoute } from "../routes.ts";
import { watch } from "../state/desk.ts";
import { toldHere } from "../state/told-here.ts";
import type { Telling } from "../state/worker/telling.ts";
import { say } from "../words/words.ts";
import { abilityHere, keepPush, leaveWords, proveKept, registrationHere, turnOn } from "./device.ts";
import { lettersOf } from "./letters-of.ts";
import { isFromService, type ToService } from "./told.ts";

let isBegun = false;
/** Who leaves a tab open for weeks loads no page that would renew the subscription. */
const keepEveryMs = 24 * 3_600_000;

/** Once a page, for whoever it shows. */
export function beginNotifying(address: string): void {
  if (isBegun || navigator.serviceWorker === undefined) return;
  isBegun = true;
  navigator.serviceWorker.addEventListener("message", ({ data }) => {
    if (!isFromService(data)) return;
    if (data.kind === "open") go(readRoute(new URL(data.path, location.origin)));
    else noteTrouble(proveKept());
  });
  document.addEventListener("visibilitychange", noteLook);
  noteLook();
  let telling: Telling | undefined;
  const follow = () => {
    if (telling !== undefined) noteTrouble(followChoices(telling, address));
  };
  watch("telling", {}, (told) => {
    if (!("value" in told)) return;
    telling = told.value;
    follow();
  });
  setInterval(follow, keepEveryMs);
  // One tab of several tells; the next does when it is closed.
  void navigator.locks?.request("posthorn notifications", () => new Promise<never>(tellArrivals));
}

/** As `turnOn` of device.ts, with all that follows. Throws CallFailed when the server could not be told. */
export async function startHere(address: string, telling: Telling): Promise<boolean> {
  if (!(await turnOn())) return false;
  beginNotifying(address);
  await followChoices(telling, address);
  return true;
}

export async function followChoices({ which, quiet }: Telling, address: string): Promise<void> {
  // What it was turned off with may not have reached the server.
  if (!toldHere().isOn) return keepPush(false);
  if (abilityHere() !== "allowed") return;
  const words = { title: say("notify.any"), body: address, proving: say("notify.proving"), quiet };
  await leaveWords(words);
  await keepPush(which !== "none");
}

/** Whoever looks at the page need not be told any more. */
function noteLook(): void {
  if (document.visibilityState === "visible") void post({ kind: "looked" });
}

/** The next day tries again, or the next start. */
function noteTrouble(work: Promise<void>): void {
  work.catch((error: unknown) => console.info("Notifications are not in order yet:", error));
}

function tellArrivals(): void {
  const done = new Set<string>();
  watch("arrivals", {}, (told) => {
    if (!("value" in told)) return;
    const isLookedAt = document.visibilityState === "visible";
    const { isOn } = toldHere();
    const fresh = told.value.filter(({ id }) => !done.has(id));
    if (isLookedAt || !isOn || abilityHere() !== "allowed") {
      for (const { id } of fresh) done.add(id);
      return;
    }
    // What a letter says is known a moment after it has come, and it is told then.
    const ready = fresh.filter(({ subject, isToTell }) => !isToTell || subject !== null);
    for (const { id } of ready) done.add(id);
    const wanted = ready.filter(({ isToTell }) => isToTell);
    if (wanted.length < ready.length) void post({ kind: "untold" });
    for (const letter of lettersOf(wanted)) void post(letter);
  });
}

async function post(message: ToService): Promise<void> {
  (await registrationHere())?.active?.postMessage(message);
}
