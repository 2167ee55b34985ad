/** Asks the browser not to throw away what it keeps of this site; whether it agrees. */
export async function keepHere(): Promise<boolean> {
  // There is none where the page has come without TLS.
  const storage: StorageManager | undefined = navigator.storage;
  return (await storage?.persist?.().catch(() => false)) ?? false;
}
