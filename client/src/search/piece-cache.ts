/** Pieces that were read lately, up to so many bytes: the ones that were used longest ago go first. */
export class PieceCache {
  readonly #maxBytes: number;
  readonly #pieces = new Map<string, Uint8Array>();
  sizeBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  find(name: string): Uint8Array | undefined {
    const piece = this.#pieces.get(name);
    if (piece === undefined) return undefined;
    this.#pieces.delete(name);
    this.#pieces.set(name, piece);
    return piece;
  }

  put(name: string, piece: Uint8Array): void {
    this.forget(name);
    this.#pieces.set(name, piece);
    this.sizeBytes += piece.length;
    for (const oldest of this.#pieces.keys()) {
      if (this.sizeBytes <= this.#maxBytes) return;
      this.forget(oldest);
    }
  }

  forget(name: string): void {
    this.sizeBytes -= this.#pieces.get(name)?.length ?? 0;
    this.#pieces.delete(name);
  }
}
