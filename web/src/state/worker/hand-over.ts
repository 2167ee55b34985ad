/** From when a letter is with the server, which holds it for as long as it can be taken back. */
import { actions, undos } from "@posthorn/client";
import type { Desk } from "./desk.ts";
import { findUnsentLetter } from "./unsent-letters.ts";

/** `waits` on this device for the server, or for that of a recipient. `gone` it was taken back, or refused. */
export type HandedOver = { state: "sent" } | { state: "waits"; host: string | null } | { state: "gone" };

/** Resolves when one of them is so. `number` is that by which it is taken back. */
export async function handOver(
  { mail, signal }: Pick<Desk, "mail" | "signal">,
  { wireId, number }: { wireId: string; number: number | null },
): Promise<HandedOver> {
  const { store } = mail;
  const known = Promise.withResolvers<HandedOver>();
  const look = async () => {
    const unsent = await findUnsentLetter(mail, wireId);
    if (unsent?.why === null) return;
    const host = unsent?.why.values?.host;
    if (unsent !== undefined) known.resolve({ state: "waits", host: typeof host === "string" ? host : null });
    else if (number === null || (await store.list(undos)).some((one) => one.number === number))
      known.resolve({ state: "sent" });
    else known.resolve({ state: "gone" });
  };
  const stop = store.subscribe([actions], () => void look().catch(known.reject));
  signal.addEventListener("abort", () => known.resolve({ state: "gone" }), { once: true });
  try {
    await look();
    return await known.promise;
  } finally {
    stop();
  }
}
