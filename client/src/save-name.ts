const longestBytes = 200;
const encoder = new TextEncoder();
/** Controls, what turns the reading direction around, and what some file system gives a meaning to. */
const unfit = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}<>:"|?*]/gu;
/** Names that are devices on Windows, with any extension. */
const device = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)/i;

/**
 * A name to save a file under, made of the one its sender gave, which is not to be trusted: it is never a path,
 * never hidden, never a device and at most 200 bytes long, with its extension kept.
 */
export function saveName({
  filename: given = "",
  hash,
}: {
  filename?: string | undefined;
  hash?: string | undefined;
}): string {
  const last = given.split(/[/\\]/).at(-1) ?? "";
  const clean = last.replace(unfit, "").replace(/^[.\s]+|[.\s]+$/g, "");
  if (clean === "") return hash === undefined ? "file" : `file-${hash.slice(0, 8)}`;
  return shorten(device.test(clean) ? `_${clean}` : clean);
}

function shorten(name: string): string {
  if (encoder.encode(name).length <= longestBytes) return name;
  const extension = /\.[A-Za-z0-9]{1,16}$/.exec(name)?.[0] ?? "";
  let stem = [...name.slice(0, name.length - extension.length)];
  while (encoder.encode(stem.join("")).length + extension.length > longestBytes) stem = stem.slice(0, -1);
  return stem.join("").trimEnd() + extension;
}
