/** Something for each of the hosts used last, `most` of them: beyond that the longest unused is forgotten. */
export class RecentHosts<Value> {
  readonly #most: number;
  readonly #values = new Map<string, Value>();

  constructor(most: number) {
    this.#most = most;
  }

  has(host: string): boolean {
    return this.#values.has(host);
  }

  get(host: string): Value | undefined {
    const value = this.#values.get(host);
    if (value !== undefined) this.set(host, value);
    return value;
  }

  set(host: string, value: Value): void {
    this.#values.delete(host);
    this.#values.set(host, value);
    for (const oldest of this.#values.keys()) {
      if (this.#values.size <= this.#most) return;
      this.#values.delete(oldest);
    }
  }

  delete(host: string): void {
    this.#values.delete(host);
  }
}
