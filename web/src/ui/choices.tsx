import { type ReactElement, type ReactNode, useEffect, useId, useRef, useState } from "react";
import style from "./choices.module.css";
import { Icon } from "./icon.tsx";

export interface Choice {
  key: string;
  words: string;
  /** At its end, such as its key. */
  hint?: string | undefined;
  sign?: ReactNode;
  /** Undefined for what is no yes or no. */
  isChecked?: boolean | "mixed" | undefined;
  /** What stands above it, where that is another than of the one before. */
  group?: string | undefined;
  /** It needs a look before it is done. */
  isGrave?: boolean | undefined;
}

/**
 * A field and below it what it finds: arrows go through it while one goes on typing (the combobox pattern of ARIA).
 * `onChoose` is by Enter or a click.
 */
export function Choices({
  label,
  text,
  onText,
  choices,
  onChoose,
  empty,
  isWide = false,
}: {
  label: string;
  text: string;
  onText(text: string): void;
  choices: readonly Choice[];
  onChoose(choice: Choice, by: "key" | "pointer"): void;
  empty?: ReactNode;
  isWide?: boolean;
}): ReactElement {
  const id = useId();
  const [at, setAt] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const now = Math.min(at, choices.length - 1);
  const optionId = (choice: Choice) => `${id}-${choice.key}`;
  const current = choices[now];

  // Another text finds other things, the best first.
  useEffect(() => setAt(0), [text]);
  useEffect(() => {
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  });

  return (
    <div className={isWide ? `${style.choices} ${style.wide}` : style.choices}>
      <input
        className={style.field}
        role="combobox"
        aria-label={label}
        placeholder={label}
        aria-expanded="true"
        aria-controls={`${id}-list`}
        aria-activedescendant={current && optionId(current)}
        aria-autocomplete="list"
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        data-first=""
        value={text}
        onChange={({ target }) => onText(target.value)}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return;
          const to = stepTo(event.key, now, choices.length);
          if (to !== undefined) setAt(to);
          else if (event.key === "Enter" && current !== undefined) onChoose(current, "key");
          else return;
          event.preventDefault();
        }}
      />
      <div
        ref={list}
        id={`${id}-list`}
        role="listbox"
        aria-label={label}
        className={style.list}
        tabIndex={-1}
      >
        {choices.length === 0 && empty !== undefined && <p className={style.empty}>{empty}</p>}
        {choices.map((choice, index) => (
          <div key={choice.key} role="presentation">
            {choice.group !== undefined && choice.group !== choices[index - 1]?.group && (
              <div className={style.group} role="presentation">
                {choice.group}
              </div>
            )}
            {/* Its keys are those of the field. */}
            <div
              role="option"
              id={optionId(choice)}
              tabIndex={-1}
              aria-selected={index === now}
              aria-checked={choice.isChecked}
              className={style.choice}
              data-grave={choice.isGrave === true ? "" : undefined}
              onPointerMove={() => setAt(index)}
              onClick={() => onChoose(choice, "pointer")}
            >
              {choice.isChecked !== undefined && (
                <span className={style.box}>
                  {choice.isChecked !== false && (
                    <Icon name={choice.isChecked === "mixed" ? "minus" : "check"} size={16} />
                  )}
                </span>
              )}
              {choice.sign}
              <span className={style.words} dir="auto">
                {choice.words}
              </span>
              {choice.hint !== undefined && <kbd className={style.hint}>{choice.hint}</kbd>}
            </div>
          </div>
        ))}
      </div>
    </div>
  );
}

function stepTo(key: string, at: number, count: number): number | undefined {
  if (count === 0) return undefined;
  switch (key) {
    case "ArrowDown":
      return (at + 1) % count;
    case "ArrowUp":
      return (at - 1 + count) % count;
    case "PageDown":
      return Math.min(count - 1, at + 8);
    case "PageUp":
      return Math.max(0, at - 8);
    default:
      return undefined;
  }
}
