import { type Holder, holderName } from "../store/blob-store.ts";

/**
 * Bytes that this process has agreed to take and not yet stored, so that many uploads at once share one room. Of several
 * processes each counts its own: together they can pass a bound by no more than what the others have under way.
 */
export class Uploads {
  readonly #byHolder = new Map<string, number>();
  #sizeBytes = 0;

  /** Counts an upload until the function it returns is called. */
  enter(holder: Holder, sizeBytes: number): () => void {
    this.#add(holderName(holder), sizeBytes);
    return () => this.#add(holderName(holder), -sizeBytes);
  }

  /** Of all holders. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  sizeBytesOf(holder: Holder): number {
    return this.#byHolder.get(holderName(holder)) ?? 0;
  }

  #add(key: string, sizeBytes: number): void {
    this.#sizeBytes += sizeBytes;
    const sum = (this.#byHolder.get(key) ?? 0) + sizeBytes;
    if (sum === 0) this.#byHolder.delete(key);
    else this.#byHolder.set(key, sum);
  }
}
