import { Children, type ReactElement, type ReactNode, useMemo } from "react";
import { say } from "../words/words.ts";
import { type Block, type Inline, readMarkdown } from "./markdown-tree.ts";
import style from "./message-text.module.css";
import { PlainText } from "./plain-text.tsx";
import { AddressLink, SafeLink } from "./safe-link.tsx";
import { TextPicture } from "./text-picture.tsx";

/** Markdown, drawn. Pictures that came with the message are shown; those of other servers are named and not loaded. */
export function MarkdownText({ text }: { text: string }): ReactElement {
  const blocks = useMemo(() => readMarkdown(text), [text]);
  if (blocks === undefined) return <PlainText text={text} />;
  return (
    <div className={style.markdown} dir="auto">
      {drawBlocks(blocks)}
    </div>
  );
}

/** Parts have no names of their own; React gives each one by its place, for a text's parts change with the text alone. */
function drawAll<Part>(parts: readonly Part[], draw: (part: Part) => ReactNode): ReactNode {
  return Children.toArray(parts.map(draw));
}

function drawBlocks(blocks: readonly Block[]): ReactNode {
  return drawAll(blocks, drawBlock);
}

function drawBlock(block: Block): ReactNode {
  switch (block.kind) {
    case "paragraph":
      return <p>{drawInlines(block.inside)}</p>;
    case "heading":
      // The page has its own headings above these.
      return (
        <div role="heading" aria-level={Math.min(block.depth + 2, 6)} data-depth={block.depth}>
          {drawInlines(block.inside)}
        </div>
      );
    case "quote":
      return <blockquote>{drawBlocks(block.blocks)}</blockquote>;
    case "code":
      return (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what can be scrolled must be reached by keys (WCAG 2.1.1)
        <pre tabIndex={0}>
          <code>{block.text}</code>
        </pre>
      );
    case "list": {
      const items = drawAll(block.items, ({ checked, blocks }) => (
        <li data-task={checked === undefined ? undefined : ""}>
          {checked !== undefined && (
            <input
              type="checkbox"
              checked={checked}
              disabled
              aria-label={say(checked ? "markdown.done" : "markdown.open")}
            />
          )}
          {drawItem(blocks)}
        </li>
      ));
      return block.start === undefined ? <ul>{items}</ul> : <ol start={block.start}>{items}</ol>;
    }
    case "table":
      return (
        <div className={style.table}>
          <table>
            <thead>
              <tr>
                {drawAll(block.head, (cell) => (
                  <th scope="col">{drawInlines(cell)}</th>
                ))}
              </tr>
            </thead>
            <tbody>
              {drawAll(block.rows, (row) => (
                <tr>
                  {drawAll(row, (cell) => (
                    <td>{drawInlines(cell)}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      );
    case "rule":
      return <hr />;
  }
}

/** What is one paragraph is none within a list. */
function drawItem(blocks: readonly Block[]): ReactNode {
  const [first, ...others] = blocks;
  if (first?.kind !== "paragraph") return drawBlocks(blocks);
  return (
    <>
      {drawInlines(first.inside)}
      {drawBlocks(others)}
    </>
  );
}

function drawInlines(inlines: readonly Inline[]): ReactNode {
  return drawAll(inlines, drawInline);
}

function drawInline(inline: Inline): ReactNode {
  switch (inline.kind) {
    case "text":
      return inline.text;
    case "strong":
      return <strong>{drawInlines(inline.inside)}</strong>;
    case "em":
      return <em>{drawInlines(inline.inside)}</em>;
    case "del":
      return <del>{drawInlines(inline.inside)}</del>;
    case "code":
      return <code>{inline.text}</code>;
    case "break":
      return <br />;
    case "link":
      return (
        <SafeLink url={inline.url} words={wordsOf(inline.inside)}>
          {drawInlines(inline.inside)}
        </SafeLink>
      );
    case "address":
      return <AddressLink address={inline.address}>{drawInlines(inline.inside)}</AddressLink>;
    case "image":
      if (inline.file !== undefined) return <TextPicture name={inline.file} words={inline.words} />;
      return (
        <span className={style.picture}>
          {inline.host === undefined
            ? say("image.blocked", { words: inline.words })
            : say("image.blockedOf", { words: inline.words, host: inline.host })}
        </span>
      );
  }
}

function wordsOf(inlines: readonly Inline[]): string {
  return inlines
    .map((inline) => {
      if (inline.kind === "text" || inline.kind === "code") return inline.text;
      if (inline.kind === "image") return inline.words;
      return inline.kind === "break" ? " " : wordsOf(inline.inside);
    })
    .join("");
}
