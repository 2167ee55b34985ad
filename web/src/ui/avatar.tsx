import type { ReactElement } from "react";
import style from "./avatar.module.css";

const pairs = "rose clay amber olive fern teal sky azure iris orchid pink gray".split(" ");

/** The same for an address wherever it stands: its letter on one of twelve papers. A verified person's has a stamp's edge. */
export function Avatar({
  address,
  name,
  size = 36,
  isVerified = false,
}: {
  address: string;
  name?: string | undefined;
  size?: number;
  isVerified?: boolean;
}): ReactElement {
  const pair = pairs[hashOf(address) % pairs.length] ?? "gray";
  const letter = [...(name ?? address).trim()][0]?.toLocaleUpperCase() ?? "?";
  return (
    <span
      aria-hidden="true"
      className={isVerified ? `${style.avatar} ${style.stamp}` : style.avatar}
      style={{
        inlineSize: size,
        blockSize: size,
        fontSize: Math.round(size * 0.42),
        color: `var(--${pair})`,
        // A stamp's edge is to be seen on whatever it lies.
        background: isVerified
          ? `color-mix(in oklab, var(--${pair}-soft) 84%, var(--${pair}))`
          : `var(--${pair}-soft)`,
      }}
    >
      {letter}
    </span>
  );
}

function hashOf(text: string): number {
  let hash = 0;
  for (const letter of text) hash = (Math.imul(hash, 31) + (letter.codePointAt(0) ?? 0)) >>> 0;
  return hash;
}
