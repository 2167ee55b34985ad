/**
 * Words with the messages that have them, as bytes. A block holds words in the order of their bytes, each as what it has
 * in common with the one before and the rest, then its messages: how far each lies before the segment's last, as the
 * distance from the one before, and in which parts of it the word stands. All numbers are varints.
 */

/** In which parts of a message a word stands, one bit each. */
export type Parts = number;

export interface Entry {
  word: Uint8Array;
  postings: Uint8Array;
}

/** Bytes after which a block is closed: small enough to be looked through for one word. */
const fullBlock = 2_048;

/** A list of bytes that grows. */
class Bytes {
  #bytes = new Uint8Array(64);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  varint(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.byte((rest % 0x80) + 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.byte(rest);
  }

  byte(value: number): void {
    this.#room(1);
    this.#bytes[this.#length++] = value;
  }

  all(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  take(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #room(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length + more));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}

/** Reads numbers one after the other; beyond the end all are 0. */
class Reader {
  readonly #bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.#bytes = bytes;
    this.at = at;
  }

  get isAtEnd(): boolean {
    return this.at >= this.#bytes.length;
  }

  varint(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 0x80) {
      const byte = this.#bytes[this.at++] ?? 0;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  }

  take(length: number): Uint8Array {
    this.at += length;
    return this.#bytes.subarray(this.at - length, this.at);
  }
}

/** Blocks of words, which come in their order. */
export function writeBlocks(entries: Iterable<Entry>): { firstWord: Uint8Array; entries: Uint8Array }[] {
  const blocks: { firstWord: Uint8Array; entries: Uint8Array }[] = [];
  let block = new Bytes();
  let first: Uint8Array | undefined;
  let last = new Uint8Array();
  const close = () => {
    if (first !== undefined) blocks.push({ firstWord: first, entries: block.take() });
    block = new Bytes();
    first = undefined;
    last = new Uint8Array();
  };
  for (const { word, postings } of entries) {
    if (block.length >= fullBlock) close();
    first ??= word;
    const shared = sharedLength(last, word);
    block.varint(shared);
    block.varint(word.length - shared);
    block.all(word.subarray(shared));
    block.varint(postings.length);
    block.all(postings);
    last = new Uint8Array(word);
  }
  close();
  return blocks;
}

function sharedLength(one: Uint8Array, other: Uint8Array): number {
  let length = 0;
  while (length < one.length && length < other.length && one[length] === other[length]) length++;
  return length;
}

/** The words of a block in their order. What is given is of use until the next one is taken. */
export function* readEntries(block: Uint8Array): Generator<Entry> {
  const reader = new Reader(block);
  const word = new Uint8Array(256);
  while (!reader.isAtEnd) {
    const shared = reader.varint();
    const rest = reader.take(reader.varint());
    word.set(rest, shared);
    const postings = reader.take(reader.varint());
    yield { word: word.subarray(0, shared + rest.length), postings };
  }
}

/** Of messages from the newest to the oldest, none of them after `lastId`. */
export function writePostings(messages: readonly { id: number; parts: Parts }[], lastId: number): Uint8Array {
  const bytes = new Bytes();
  let before = lastId;
  for (const { id, parts } of messages) {
    bytes.varint(before - id);
    bytes.byte(parts);
    before = id;
  }
  return bytes.take();
}

export function readPostings(
  postings: Uint8Array,
  lastId: number,
  each: (id: number, parts: Parts) => void,
): void {
  const reader = new Reader(postings);
  for (let id = lastId; !reader.isAtEnd; ) {
    id -= reader.varint();
    each(id, reader.varint());
  }
}

/** A message that was read for a segment, and how it was then: another stamp means that it says something else now. */
export interface Stamped {
  id: number;
  stamp: number;
}

/** Of messages from the oldest to the newest. */
export function writeStamps(messages: readonly Stamped[]): Uint8Array {
  const bytes = new Bytes();
  let before = 0;
  for (const { id, stamp } of messages) {
    bytes.varint(id - before);
    bytes.varint(stamp);
    before = id;
  }
  return bytes.take();
}

export function readStamps(bytes: Uint8Array): Stamped[] {
  const messages: Stamped[] = [];
  const reader = new Reader(bytes);
  for (let id = 0; !reader.isAtEnd; ) {
    id += reader.varint();
    messages.push({ id, stamp: reader.varint() });
  }
  return messages;
}
