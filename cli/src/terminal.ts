import type { Readable, Writable } from "node:stream";
import { styleText } from "node:util";

type Style = "bold" | "dim" | "red" | "green";

/** Where a command reads and writes, and what kind of place that is. */
export interface Terminal {
  readonly input: Readable & { isTTY?: boolean };
  readonly output: Writable & { isTTY?: boolean; columns?: number };
  readonly errors: Writable & { isTTY?: boolean };
  /** Width of the terminal that shows the output, undefined when none does. */
  readonly width: number | undefined;
  /** The text in a style where the output is a terminal and NO_COLOR is not set. */
  style(style: Style, text: string): string;
}

/** The terminal of this process. A reader that has gone, as `head` does, ends the program quietly. */
export function processTerminal(): Terminal {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error) => {
      if ("code" in error && error.code === "EPIPE") process.exit();
      throw error;
    });
  }
  const { stdin: input, stdout: output, stderr: errors } = process;
  return {
    input,
    output,
    errors,
    width: output.isTTY ? output.columns : undefined,
    style: (style, text) => styleText(style, text, { stream: output }),
  };
}
