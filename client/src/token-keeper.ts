import { fail } from "@posthorn/protocol";

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

/** Reads what a keeper has stored as JSON. Throws ProblemError `badJson` when it is damaged. */
export function parseKeptSession(text: string): KeptSession {
  const kept = findKeptSession(text);
  return kept ?? fail("badJson", "The sign-in that was kept on this machine is damaged. Sign in again.");
}

function findKeptSession(text: string): KeptSession | undefined {
  const value = findJson(text);
  if (typeof value !== "object" || value === null) return undefined;
  if (!("expiresAt" in value) || typeof value.expiresAt !== "number") return undefined;
  const { expiresAt } = value;
  const texts = new Map<string, unknown>(Object.entries(value));
  const textOf = (name: string) => {
    const found = texts.get(name);
    return typeof found === "string" ? found : "";
  };
  const kept = {
    address: textOf("address"),
    accountId: textOf("accountId"),
    endpoint: textOf("endpoint"),
    accessToken: textOf("accessToken"),
    refreshToken: textOf("refreshToken"),
  };
  const isWhole = Object.values(kept).every((part) => part !== "") && kept.endpoint.startsWith("https://");
  return isWhole ? { ...kept, expiresAt } : undefined;
}

function findJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
