import {
  type KeyboardEvent,
  type ReactElement,
  type ReactNode,
  useEffect,
  useId,
  useRef,
  useState,
} from "react";
import { call } from "../state/desk.ts";
import type { Person } from "../state/worker/persons.ts";
import { Avatar } from "../ui/avatar.tsx";
import { say } from "../words/words.ts";
import { looksWhole, readAddresses } from "./read-addresses.ts";
import { RecipientChip } from "./recipient-chip.tsx";
import style from "./recipients.module.css";
import { type Suggested, stillMeant } from "./still-meant.ts";
import type { Lookup } from "./use-recipients.ts";

interface Props {
  label: string;
  /** What the other row is called. */
  other: string;
  addresses: readonly string[];
  lookups: ReadonlyMap<string, Lookup>;
  /** Those of all rows, which are not suggested again. */
  taken: readonly string[];
  autoFocus: boolean;
  problem: string | undefined;
  onChange(addresses: string[]): void;
  onMove(address: string): void;
  after?: ReactNode;
}

const nobody: Suggested = { text: "", people: [] };

/** A row of recipients: typed, pasted as a list, or chosen from those one has written with. */
export function RecipientField(props: Props): ReactElement {
  const { label, other, addresses, lookups, taken, autoFocus, problem, onChange, onMove, after } = props;
  const [text, setText] = useState("");
  const [suggested, setSuggested] = useState<Suggested>(nobody);
  const [chosen, setChosen] = useState(-1);
  const input = useRef<HTMLInputElement>(null);
  const row = useRef<HTMLDivElement>(null);
  const id = useId();
  const wanted = text.trim();
  const shown = stillMeant(suggested, wanted).filter(({ address }) => !taken.includes(address));

  useEffect(() => {
    if (autoFocus) input.current?.focus();
  }, [autoFocus]);

  useEffect(() => {
    if (wanted === "") return;
    let isOld = false;
    call("suggestPeople", { text: wanted, without: [] }).then(
      (found) => {
        if (isOld) return;
        setSuggested({ text: wanted, people: found });
        setChosen(found.length > 0 && !looksWhole(wanted) ? 0 : -1);
      },
      // Who cannot be suggested can be typed.
      () => undefined,
    );
    return () => {
      isOld = true;
    };
  }, [wanted]);

  const add = (more: readonly string[]) => {
    const fresh = more.filter((address) => !addresses.includes(address));
    if (fresh.length > 0) onChange([...addresses, ...fresh]);
    setText("");
    setSuggested(nobody);
    setChosen(-1);
  };
  const choose = ({ address }: Person) => {
    add([address]);
    input.current?.focus();
  };
  const chips = () => [...(row.current?.querySelectorAll<HTMLElement>("[data-address]") ?? [])];
  const remove = (at: number) => {
    onChange(addresses.filter((_, index) => index !== at));
    input.current?.focus();
  };
  const edit = (at: number) => {
    setText(addresses[at] ?? "");
    remove(at);
  };

  const onChipKey = (at: number) => (event: KeyboardEvent) => {
    switch (event.key) {
      case "ArrowLeft":
        chips()[at - 1]?.focus();
        break;
      case "ArrowRight":
        (chips()[at + 1] ?? input.current)?.focus();
        break;
      case "Home":
        chips()[0]?.focus();
        break;
      case "End":
        input.current?.focus();
        break;
      case "Backspace":
      case "Delete":
        remove(at);
        break;
      case "F2":
        edit(at);
        break;
      default:
        return;
    }
    event.preventDefault();
  };

  const onKey = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.nativeEvent.isComposing) return;
    const person = shown[Math.min(chosen, shown.length - 1)];
    const isAtStart = event.currentTarget.selectionEnd === 0;
    switch (event.key) {
      case "ArrowDown":
      case "ArrowUp":
        if (shown.length === 0) return;
        setChosen((before) => (before + (event.key === "ArrowDown" ? 1 : -1) + shown.length) % shown.length);
        break;
      case "Enter":
      case "Tab":
        // Who sends means what is typed too.
        if (event.ctrlKey || event.metaKey) {
          if (wanted !== "") add(readAddresses(text));
          return;
        }
        if (event.altKey || event.shiftKey) return;
        if (person !== undefined && wanted !== "") choose(person);
        else if (wanted !== "") add(readAddresses(text));
        else if (event.key === "Tab") return;
        break;
      case ",":
      case ";":
        if (wanted !== "") add(readAddresses(text));
        break;
      case " ":
        if (!looksWhole(text)) return;
        add(readAddresses(text));
        break;
      case "Escape":
        if (shown.length === 0) return;
        setSuggested(nobody);
        event.stopPropagation();
        break;
      case "Backspace":
      case "ArrowLeft":
        if (!isAtStart || text !== "" || addresses.length === 0) return;
        chips().at(-1)?.focus();
        break;
      default:
        return;
    }
    event.preventDefault();
  };

  const isOpen = shown.length > 0 && wanted !== "";
  return (
    <div className={style.field}>
      <label className={style.label} htmlFor={id}>
        {label}
      </label>
      <div ref={row} className={style.row}>
        {addresses.length > 0 && (
          <span className={style.chips} role="list" aria-label={label}>
            {addresses.map((address, at) => (
              <RecipientChip
                key={address}
                address={address}
                lookup={lookups.get(address) ?? { state: "looking", sentence: null }}
                other={other}
                onRemove={() => remove(at)}
                onEdit={() => edit(at)}
                onMove={() => onMove(address)}
                onKeyDown={onChipKey(at)}
              />
            ))}
          </span>
        )}
        <input
          ref={input}
          id={id}
          className={style.input}
          type="text"
          inputMode="email"
          autoCapitalize="none"
          autoComplete="off"
          autoCorrect="off"
          spellCheck={false}
          role="combobox"
          aria-autocomplete="list"
          aria-expanded={isOpen}
          aria-controls={`${id}-people`}
          aria-activedescendant={isOpen && chosen >= 0 ? `${id}-${chosen}` : undefined}
          aria-invalid={problem !== undefined}
          aria-describedby={`${id}-problem`}
          value={text}
          onChange={({ target }) => setText(target.value)}
          onKeyDown={onKey}
          onPaste={(event) => {
            const found = readAddresses(event.clipboardData.getData("text/plain"));
            if (found.length < 2 && !found.some((address) => looksWhole(address))) return;
            event.preventDefault();
            add(found);
          }}
          onBlur={() => {
            setSuggested(nobody);
            if (wanted !== "") add(readAddresses(text));
          }}
        />
        {isOpen && (
          <div
            id={`${id}-people`}
            className={style.people}
            role="listbox"
            aria-label={say("recipient.people")}
          >
            {shown.map((person, at) => (
              <div
                key={person.address}
                id={`${id}-${at}`}
                role="option"
                aria-selected={at === chosen}
                className={style.person}
                // Before the input loses the focus.
                onPointerDown={(event) => {
                  event.preventDefault();
                  choose(person);
                }}
              >
                <Avatar address={person.address} name={person.name} size={24} />
                <bdi>{person.name ?? person.address}</bdi>
                {person.name !== undefined && <bdi className={style.address}>{person.address}</bdi>}
              </div>
            ))}
          </div>
        )}
      </div>
      {after}
      <p id={`${id}-problem`} className={style.problem} role="alert">
        {problem}
      </p>
    </div>
  );
}
