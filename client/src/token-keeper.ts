/** What is kept of a sign-in between two runs of a program. All of it is secret. */
export interface KeptSession {
  address: string;
  accountId: string;
  /** `https://` and a host. */
  endpoint: string;
  accessToken: string;
  /** When the access token ends, by this machine's clock, milliseconds since 1970. */
  expiresAt: number;
  /** Works once and is replaced each time. */
  refreshToken: string;
}

/** Where a sign-in is kept: memory, a file, a browser's storage. */
export interface TokenKeeper {
  read(): Promise<KeptSession | undefined>;
  /**
   * Reads, lets `change` decide and writes what it gives, undefined to forget; answers what is kept now. One change at a
   * time over all programs and tabs that share the place: two that spend the same refresh token end the session. What a
   * rejected `change` read stays.
   */
  update(
    change: (kept: KeptSession | undefined) => Promise<KeptSession | undefined>,
  ): Promise<KeptSession | undefined>;
}

/** Keeps a sign-in for as long as the program runs. */
export function memoryKeeper(kept?: KeptSession): TokenKeeper {
  let current = kept;
  let turn: Promise<unknown> = Promise.resolve();
  return {
    read: async () => current,
    update(change) {
      const mine = turn.then(async () => {
        current = await change(current);
        return current;
      });
      turn = mine.catch(() => undefined);
      return mine;
    },
  };
}
