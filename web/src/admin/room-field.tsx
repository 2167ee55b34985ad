import { type ReactElement, useState } from "react";
import { Field } from "../ui/field.tsx";
import { say } from "../words/words.ts";
import { inGigabytes, readGigabytes } from "./gigabytes.ts";

interface Room {
  text: string;
  setText(text: string): void;
  /** Undefined when it says no number of gigabytes, or too few. What nobody has changed is what it was to the byte. */
  bytes: number | undefined;
}

export function useRoom(before: number, leastBytes = 0): Room {
  const [text, setText] = useState(inGigabytes(before));
  const bytes = text === inGigabytes(before) ? before : readGigabytes(text);
  return { text, setText, bytes: bytes !== undefined && bytes >= leastBytes ? bytes : undefined };
}

/** How much somebody may keep, in gigabytes. */
export function RoomField({ label, help, room }: { label: string; help: string; room: Room }): ReactElement {
  return (
    <Field
      label={label}
      help={help}
      inputMode="decimal"
      autoComplete="off"
      value={room.text}
      onChange={({ target }) => room.setText(target.value)}
      problem={room.bytes === undefined ? say("admin.quotaWrong") : undefined}
    />
  );
}
