import { type ReactElement, type RefObject, useId } from "react";
import type { CommandId } from "../state/command-table.ts";
import { changeLook, useLook } from "../state/look.ts";
import { IconButton } from "../ui/button.tsx";
import { Icon, type IconName } from "../ui/icon.tsx";
import { say, type Words } from "../words/words.ts";
import style from "./editor.module.css";
import type { EditorHandle } from "./editor.tsx";
import type { Format } from "./rich/keys.ts";
import menu from "./send-button.module.css";

const buttons = [
  { format: "bold", icon: "bold", words: "command.bold", command: "bold" },
  { format: "italic", icon: "italic", words: "command.italic", command: "italic" },
  { format: "link", icon: "link", words: "command.link", command: "link" },
  { format: "list", icon: "list", words: "compose.list" },
  { format: "quote", icon: "quote", words: "compose.quoteLines" },
  { format: "code", icon: "code", words: "compose.code" },
] as const satisfies { format: Format; icon: IconName; words: Words; command?: CommandId }[];

const rarer = [
  { format: "heading", words: "compose.heading" },
  { format: "numbers", words: "compose.numbers" },
] as const satisfies { format: Format; words: Words }[];

/** The marks that keys put, for who has none at hand; pressed where the text has them. */
export function FormatBar({
  editor,
  formats,
  onTemplate,
}: {
  editor: RefObject<EditorHandle | null>;
  formats: readonly Format[];
  /** Undefined where none can be put in. */
  onTemplate: (() => void) | undefined;
}): ReactElement {
  const { isPlainText } = useLook();
  const id = useId();
  const shut = () => document.getElementById(id)?.hidePopover();
  // In Markdown nobody looks where the caret is.
  const isPressed = (format: Format) => (isPlainText ? undefined : formats.includes(format));
  return (
    <div className={style.bar} role="toolbar" aria-label={say("compose.format")}>
      {buttons.map(({ format, icon, words, ...button }) => (
        <IconButton
          key={format}
          icon={icon}
          label={say(words)}
          {...button}
          aria-pressed={isPressed(format)}
          onClick={() => editor.current?.[format]()}
        />
      ))}
      <button
        type="button"
        className={style.more}
        popoverTarget={id}
        aria-label={say("compose.formatMore")}
        title={say("compose.formatMore")}
      >
        <span aria-hidden="true">Aa</span>
      </button>
      <span id={id} popover="auto" className={menu.menu}>
        {rarer.map(({ format, words }) => (
          <button
            key={format}
            type="button"
            aria-pressed={isPressed(format)}
            onClick={() => {
              shut();
              editor.current?.[format]();
            }}
          >
            {formats.includes(format) && <Icon name="check" size={16} />}
            {say(words)}
          </button>
        ))}
        {onTemplate !== undefined && (
          <button
            type="button"
            onClick={() => {
              shut();
              onTemplate();
            }}
          >
            {say("compose.template")}
          </button>
        )}
        <button
          type="button"
          aria-pressed={isPlainText}
          onClick={() => {
            shut();
            changeLook({ isPlainText: !isPlainText });
          }}
        >
          {isPlainText && <Icon name="check" size={16} />}
          {say("compose.plainText")}
        </button>
      </span>
    </div>
  );
}
