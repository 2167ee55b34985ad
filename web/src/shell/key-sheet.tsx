import { type ReactElement, useId, useState } from "react";
import {
  boundKeys,
  type CommandGroup,
  type CommandId,
  commandIds,
  commandTable,
  findConflicts,
  presets,
} from "../state/command-table.ts";
import { canBind } from "../state/key-names.ts";
import { keyCap, keysOf, pressedKey } from "../state/keys.ts";
import { changeLook, useLook } from "../state/look.ts";
import { Button, IconButton } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Select } from "../ui/select.tsx";
import { say } from "../words/words.ts";
import style from "./key-sheet.module.css";

const groups: readonly CommandGroup[] = ["move", "select", "act", "read", "write", "compose", "go", "app"];

export function KeySheet({ onClose }: { onClose(): void }): ReactElement {
  return (
    <Dialog title={say("keys.title")} onClose={onClose} width="wide">
      <KeyTable />
    </Dialog>
  );
}

/** All keys, whose they are, and each to be changed. */
export function KeyTable(): ReactElement {
  const { preset, ownKeys } = useLook();
  const [changing, setChanging] = useState<CommandId>();
  const id = useId();
  const conflicts = findConflicts(boundKeys(preset, ownKeys));
  return (
    <>
      <div className={style.bar}>
        <div className={style.preset}>
          <label htmlFor={id}>{say("keys.preset")}</label>
          <Select
            id={id}
            data-first=""
            value={preset}
            onChange={({ target }) =>
              changeLook({ preset: presets.find((one) => one === target.value) ?? "gmail" })
            }
          >
            {presets.map((one) => (
              <option key={one} value={one}>
                {say(`keys.preset.${one}`)}
              </option>
            ))}
          </Select>
        </div>
        {Object.keys(ownKeys).length > 0 && (
          <Button look="link" onClick={() => changeLook({ ownKeys: {} })}>
            {say("keys.reset")}
          </Button>
        )}
      </div>
      <div className={style.sheet}>
        {groups.map((group) => (
          <section key={group} className={style.group}>
            <h3>{say(`keys.group.${group}`)}</h3>
            <ul>
              {commandIds
                .filter((id) => commandTable[id].group === group)
                .map((id) => (
                  <KeyLine
                    key={id}
                    id={id}
                    clash={conflicts.get(id)}
                    isChanging={changing === id}
                    onChange={setChanging}
                  />
                ))}
            </ul>
          </section>
        ))}
      </div>
    </>
  );
}

function KeyLine({
  id,
  clash,
  isChanging,
  onChange,
}: {
  id: CommandId;
  clash: readonly CommandId[] | undefined;
  isChanging: boolean;
  onChange(id: CommandId | undefined): void;
}): ReactElement {
  const { ownKeys } = useLook();
  const [isOfThePage, setOfThePage] = useState(false);
  const { [id]: own, ...others } = ownKeys;
  const keys = keysOf(id);
  const command = say(`command.${id}`);
  return (
    <li className={style.line}>
      <span className={style.name}>
        {command}
        {clash !== undefined && (
          <span className={style.clash}>
            {say("keys.clash", { command: clash.map((other) => say(`command.${other}`)).join(", ") })}
          </span>
        )}
      </span>
      <button
        type="button"
        className={style.keys}
        onClick={() => {
          setOfThePage(false);
          onChange(isChanging ? undefined : id);
        }}
        onBlur={() => {
          if (isChanging) onChange(undefined);
        }}
        onKeyDown={(event) => {
          if (!isChanging) return;
          const key = pressedKey(event.nativeEvent);
          // Tab leaves, as everywhere.
          if (key === undefined || /Tab$/.test(key)) return;
          event.preventDefault();
          event.stopPropagation();
          if (key !== "Escape" && !canBind(key)) {
            setOfThePage(true);
            return;
          }
          onChange(undefined);
          if (key !== "Escape") changeLook({ ownKeys: { ...ownKeys, [id]: [key] } });
        }}
      >
        {/* What is to be seen on it is part of its name. */}
        <span className="aside">{say("keys.change", { command })}</span>
        {isChanging ? (
          <span className={style.press} aria-live="polite">
            {say(isOfThePage ? "keys.ofThePage" : "keys.press")}
          </span>
        ) : keys.length === 0 ? (
          <span className={style.press}>{say("keys.none")}</span>
        ) : (
          keys.map((key) => <kbd key={key}>{keyCap(key)}</kbd>)
        )}
      </button>
      {own !== undefined && (
        <IconButton
          icon="undo"
          size={16}
          label={say("keys.resetOne", { command })}
          onClick={() => changeLook({ ownKeys: others })}
        />
      )}
    </li>
  );
}
