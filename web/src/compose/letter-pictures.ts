/** The pictures of a letter that is written: their bytes, to be shown in the text and to be attached again. */
import { uniqueName } from "../state/unique-name.ts";
import type { LetterFile } from "../state/worker/letter-files.ts";

/** Types that show themselves and cannot run. */
const shown = /^image\/(?:png|jpeg|gif|webp|avif|bmp)$/i;

export function isPicture({ mimeType }: Pick<LetterFile, "mimeType">): boolean {
  return shown.test(mimeType);
}

export interface LetterPictures {
  find(name: string): "loading" | "failed" | { url: string };
  /** Whether it can be shown: it is attached, or was. */
  has(name: string): boolean;
  /** Is called when `find` has more to tell; gives what ends that. */
  listen(listener: () => void): () => void;
  /** Attaches files, each under a name of its own; gives those names of the pictures among them. */
  add(files: readonly File[]): string[];
  /** All files of the letter, as they are now. */
  follow(files: readonly LetterFile[]): void;
  /** The pictures that stand in the text now: with one that is taken out goes its file, and with one that comes back it comes. */
  stand(names: ReadonlySet<string>): void;
  /** It goes on without being in the text. */
  release(name: string): void;
  /** The text is not looked after any more: what is attached stays, whatever it says. */
  releaseAll(): void;
  forget(): void;
}

/** What is asked for a letter's files. */
export interface LetterFileCalls {
  /** Rejects when it cannot be read. */
  read(key: number): Promise<Blob>;
  add(files: File[]): void;
  remove(key: number): void;
}

type Bytes = { kind: "asked" } | { kind: "failed" } | { kind: "here"; file: File; url: string };

/** Those of a letter. */
export function makeLetterPictures(calls: LetterFileCalls): LetterPictures {
  const bytes = new Map<string, Bytes>();
  const listeners = new Set<() => void>();
  const coming = new Set<string>();
  const going = new Set<number>();
  /** Their files stay only as long as they are in the text. */
  const bound = new Set<string>();
  let files: readonly LetterFile[] = [];
  let isKnown = false;
  let standing: ReadonlySet<string> = new Set();

  const tell = () => {
    for (const listener of listeners) listener();
  };
  const named = (name: string) => files.find(({ filename }) => filename === name);
  const hold = (name: string, blob: Blob) => {
    const file = new File([blob], name, { type: blob.type });
    bytes.set(name, { kind: "here", file, url: URL.createObjectURL(file) });
  };
  const ask = async (name: string, key: number) => {
    bytes.set(name, { kind: "asked" });
    const blob = await calls.read(key).catch(() => null);
    if (blob === null) bytes.set(name, { kind: "failed" });
    else hold(name, blob);
    tell();
  };
  const upload = (chosen: File[]) => {
    for (const { name } of chosen) coming.add(name);
    calls.add(chosen);
  };
  const settle = () => {
    for (const name of standing) {
      const known = bytes.get(name);
      const isAttached = named(name) !== undefined;
      // One whose file is not seen yet may be out of the text when it is.
      if (isAttached || coming.has(name) || !isKnown) bound.add(name);
      else if (known?.kind === "here" && !coming.has(name)) upload([known.file]);
    }
    for (const name of bound) {
      const file = named(name);
      if (file === undefined && isKnown && !coming.has(name)) bound.delete(name);
      if (standing.has(name) || file === undefined || going.has(file.key)) continue;
      going.add(file.key);
      bound.delete(name);
      calls.remove(file.key);
    }
  };

  return {
    find(name) {
      const known = bytes.get(name);
      if (known?.kind === "here") return { url: known.url };
      if (known?.kind === "failed") return "failed";
      const file = named(name);
      if (file === undefined) return isKnown ? "failed" : "loading";
      if (!isPicture(file)) return "failed";
      if (known === undefined) void ask(name, file.key);
      return "loading";
    },
    has: (name) => bytes.has(name) || named(name) !== undefined,
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    add(chosen) {
      const taken = new Set([...files.map(({ filename }) => filename), ...bytes.keys(), ...coming]);
      const fresh = chosen.map((file) => {
        const name = uniqueName(file.name, (other) => taken.has(other));
        taken.add(name);
        return name === file.name ? file : new File([file], name, { type: file.type });
      });
      const pictures = fresh.filter(({ type }) => shown.test(type));
      for (const file of pictures) hold(file.name, file);
      upload(fresh);
      return pictures.map(({ name }) => name);
    },
    follow(now) {
      files = now;
      isKnown = true;
      for (const { filename } of files) coming.delete(filename);
      settle();
      tell();
    },
    stand(names) {
      standing = names;
      settle();
    },
    release: (name) => bound.delete(name),
    releaseAll() {
      standing = new Set();
      bound.clear();
    },
    forget() {
      for (const known of bytes.values()) if (known.kind === "here") URL.revokeObjectURL(known.url);
      bytes.clear();
    },
  };
}
