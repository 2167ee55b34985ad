const longest = 200;

/** A name that none of the others has, as alike to the one that is wished as can be. */
export function uniqueName(wished: string, taken: (name: string) => boolean): string {
  const [, stem = "", end = ""] = /^(.*?)(\.[^.]{1,16})?$/su.exec(wished) ?? [];
  const base = stem.slice(0, longest);
  for (let number = 1; ; number++) {
    const name = `${base}${number === 1 ? "" : `-${number}`}${end}`;
    if (!taken(name)) return name;
  }
}
