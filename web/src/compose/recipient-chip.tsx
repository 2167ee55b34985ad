import { type KeyboardEvent, type ReactElement, useId } from "react";
import { wholeName } from "../mail/person-names.ts";
import { go } from "../routes.ts";
import { lastSeen, useView } from "../state/use-view.ts";
import { Avatar } from "../ui/avatar.tsx";
import { Button } from "../ui/button.tsx";
import { Icon, type IconName } from "../ui/icon.tsx";
import { showToast } from "../ui/toaster.tsx";
import { faultWords } from "../words/fault-words.ts";
import { say, type Words } from "../words/words.ts";
import style from "./recipients.module.css";
import type { Lookup } from "./use-recipients.ts";

const signs: Readonly<Record<Lookup["state"], IconName | undefined>> = {
  looking: undefined,
  encrypted: "lock",
  verified: "shield",
  newKey: "warning",
  reset: "warning",
  mustCompare: "warning",
  notFound: "warning",
  refused: "warning",
  bad: "warning",
  silent: "clock",
  offline: "clock",
  open: "unlocked",
};

/** What is said of a recipient: where it has a sentence of its own, that. */
export function recipientWords(address: string, { state, sentence, code = "" }: Lookup): string {
  const [name = address, host = ""] = address.split("@");
  const id: Words = `recipient.${state}`;
  if (sentence !== null && (state === "refused" || state === "bad")) return faultWords({ sentence, code });
  return say(id, { address, name, host });
}

interface Props {
  address: string;
  lookup: Lookup;
  /** What the other row is called, into which it can be moved. */
  other: string;
  onRemove(): void;
  onEdit(): void;
  onMove(): void;
  onKeyDown(event: KeyboardEvent): void;
}

/** A recipient with how it stands with their keys; its menu says what can be done. */
export function RecipientChip(props: Props): ReactElement {
  const { address, lookup, other, onRemove, onEdit, onMove, onKeyDown } = props;
  const person = lastSeen(useView("named", { address })) ?? { address };
  const { name } = person;
  const id = useId();
  const words = recipientWords(address, lookup);
  const sign = signs[lookup.state];
  const shut = () => document.getElementById(id)?.hidePopover();
  return (
    <span className={style.item} role="listitem">
      <button
        type="button"
        className={style.chip}
        data-state={lookup.state}
        data-address={address}
        popoverTarget={id}
        tabIndex={-1}
        title={words}
        aria-label={`${name === undefined ? address : `${name}, ${address}`}. ${words}`}
        onKeyDown={onKeyDown}
      >
        {lookup.state === "verified" && <Avatar address={address} name={name} size={18} isVerified />}
        <bdi>{wholeName(person)}</bdi>
        {sign !== undefined && <Icon name={sign} size={14} />}
      </button>
      <span id={id} popover="auto" className={style.menu}>
        <span className={style.about}>
          {name !== undefined && <bdi>{name}</bdi>}
          <bdi>{address}</bdi>
          <span>{words}</span>
        </span>
        <Button
          look="link"
          icon="copy"
          onClick={() => {
            shut();
            navigator.clipboard.writeText(address).catch(() => showToast({ words: say("copy.refused") }));
          }}
        >
          {say("recipient.copy")}
        </Button>
        <Button
          look="link"
          icon="pen"
          onClick={() => {
            shut();
            onEdit();
          }}
        >
          {say("recipient.edit")}
        </Button>
        <Button
          look="link"
          icon="people"
          onClick={() => {
            shut();
            onMove();
          }}
        >
          {say("recipient.move", { where: other })}
        </Button>
        <Button
          look="link"
          icon="shield"
          onClick={() => {
            shut();
            go({ page: "people", address });
          }}
        >
          {say("recipient.verify")}
        </Button>
        <Button
          look="link"
          icon="close"
          onClick={() => {
            shut();
            onRemove();
          }}
        >
          {say("recipient.remove")}
        </Button>
      </span>
    </span>
  );
}
