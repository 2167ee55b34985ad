/**
 * A page shows one person for as long as it is loaded. When they leave, or somebody else sits down, it is loaded anew: so
 * whatever its parts remember of them is gone, and no part need know of it.
 */
import { useEffect } from "react";
import { call } from "./desk.ts";
import { forgetAccount } from "./last-account.ts";
import { changeToldHere, noteLeft, toldHere } from "./told-here.ts";

let owner: string | undefined;
let isLeaving = false;

/** Null when nobody is signed in, undefined while that is not known. False while the page is about to be loaded anew: then nothing is to be drawn. */
export function useOwnPage(address: string | null | undefined): boolean {
  const isOwn = address === undefined || owner === undefined || owner === address;
  useEffect(() => {
    if (!isOwn && !isLeaving) loadAnew("/sign-in");
    else if (isOwn && typeof address === "string") owner = address;
  }, [isOwn, address]);
  return isOwn;
}

/** Ends the sign-in, forgets what this browser keeps of them, and goes there in a page that knows nothing of them. Throws CallFailed. */
export async function signOut(address: string, path: string): Promise<void> {
  isLeaving = true;
  try {
    // What could not be removed is told where one signs in.
    const isForgotten = await call("signOut", { address });
    const { isOn, push } = toldHere();
    if (isOn || push !== null) await endNotifications();
    if (isForgotten) forgetAccount();
  } catch (error) {
    isLeaving = false;
    throw error;
  }
  loadAnew(path);
}

/** At the server they end with the sign-in; where that could not be told, it finds at the push service that nobody is there. */
async function endNotifications(): Promise<void> {
  changeToldHere({ isOn: false, push: null, offSinceMs: null, wellAtMs: null });
  noteLeft(true);
  // Whatever is left is put away when this browser starts again, whoever sits there then.
  await import("../notify/device.ts").then(
    ({ forgetHere }) => forgetHere(),
    () => undefined,
  );
}

function loadAnew(path: string): void {
  location.replace(path);
  // Where that differs from here by what stands behind `#` alone, nothing would be loaded.
  if (path.includes("#")) location.reload();
}
