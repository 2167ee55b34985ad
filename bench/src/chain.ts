import type { Usage } from "@posthorn/testnet";
import type { Target } from "./load/connection.ts";

/** Two servers of which one takes letters and the other ends up with them: what is measured, or what it is held against. */
export interface Chain extends AsyncDisposable {
  /** Where letters are handed over. */
  target: Target;
  /** Requests with so many new letters, `perRequest` in each, to be sent as they are. */
  write(letters: number, perRequest: number): Uint8Array[];
  /** Resolves when so many letters more are on stable storage at the far end, with the time on the machine's clock. */
  storedAfter(letters: number): Promise<number>;
  usage(): Promise<Ends>;
  /** What the servers have complained of lately, for whoever finds out why something did not arrive. */
  complaints(): string;
}

/** What each of the two servers has used. */
export interface Ends {
  sender: Usage;
  receiver: Usage;
}
