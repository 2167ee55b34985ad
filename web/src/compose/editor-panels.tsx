/** What can be said of a link or of a picture in the text, at the foot of it. */
import {
  type KeyboardEvent,
  type ReactElement,
  type ReactNode,
  useEffect,
  useId,
  useRef,
  useState,
} from "react";
import { Button, IconButton } from "../ui/button.tsx";
import { say } from "../words/words.ts";
import style from "./editor.module.css";
import { addressFrom } from "./rich/links.ts";

function Panel({
  label,
  value,
  problem,
  isFocused,
  onChange,
  onDone,
  onClose,
  children,
}: {
  label: string;
  value: string;
  problem?: string | undefined;
  isFocused: boolean;
  onChange(value: string): void;
  onDone(): void;
  onClose(): void;
  children: ReactNode;
}): ReactElement {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (isFocused) input.current?.focus();
  }, [isFocused]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Escape" || (event.key === "Enter" && event.target === input.current)) {
      event.preventDefault();
      event.stopPropagation();
      if (event.key === "Enter") onDone();
      else onClose();
    }
  };
  return (
    <div className={style.panel} role="group" aria-labelledby={`${id}-label`} onKeyDown={onKeyDown}>
      <label id={`${id}-label`} htmlFor={id}>
        {label}
      </label>
      <div className={style.field}>
        <input
          ref={input}
          id={id}
          type="text"
          dir="auto"
          value={value}
          aria-invalid={problem !== undefined}
          aria-describedby={`${id}-problem`}
          onChange={({ target }) => onChange(target.value)}
        />
        <IconButton icon="check" size={16} label={say("panel.done")} onClick={onDone} />
        {children}
      </div>
      <p id={`${id}-problem`} className={style.problem} aria-live="polite">
        {problem}
      </p>
    </div>
  );
}

export function LinkPanel({
  url,
  onPut,
  onRemove,
  onClose,
}: {
  url: string;
  onPut(url: string): void;
  onRemove: (() => void) | undefined;
  onClose(): void;
}): ReactElement {
  const [typed, setTyped] = useState(url.replace(/^mailto:/, ""));
  const [isBad, setBad] = useState(false);
  return (
    <Panel
      label={say("link.address")}
      value={typed}
      problem={isBad ? say("link.bad") : undefined}
      isFocused
      onChange={(value) => {
        setTyped(value);
        setBad(false);
      }}
      onDone={() => {
        const address = addressFrom(typed);
        if (address === undefined) setBad(true);
        else onPut(address);
      }}
      onClose={onClose}
    >
      {onRemove !== undefined && (
        <Button look="link" onClick={onRemove}>
          {say("link.remove")}
        </Button>
      )}
    </Panel>
  );
}

export function PicturePanel({
  alt,
  isAsked,
  onAlt,
  onRemove,
  onRelease,
  onClose,
}: {
  alt: string;
  /** Somebody wants to write it now. */
  isAsked: boolean;
  onAlt(alt: string): void;
  onRemove(): void;
  /** It is attached without being in the text. */
  onRelease(): void;
  onClose(): void;
}): ReactElement {
  return (
    <Panel
      label={say("picture.alt")}
      value={alt}
      isFocused={isAsked}
      onChange={onAlt}
      onDone={onClose}
      onClose={onClose}
    >
      <Button look="link" onClick={onRelease}>
        {say("picture.onlyAttach")}
      </Button>
      <Button look="link" onClick={onRemove}>
        {say("picture.remove")}
      </Button>
    </Panel>
  );
}
