import { type FormEvent, type ReactElement, useState } from "react";
import { call } from "../state/desk.ts";
import type { ViewOutput } from "../state/worker/views.ts";
import { Actions } from "../ui/actions.tsx";
import { Button, IconButton } from "../ui/button.tsx";
import { Confirm } from "../ui/confirm.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";
import form from "../ui/form.module.css";
import { Icon } from "../ui/icon.tsx";
import items from "../ui/items.module.css";
import { Watched } from "../ui/watched.tsx";
import { say } from "../words/words.ts";
import { Refused, Row } from "./row.tsx";
import style from "./settings.module.css";
import { useDoing } from "./use-doing.ts";

type Own = ViewOutput<"identities">[number];

/** Addresses of one's own with a tag, such as `ana+shop@a.test`. */
export function Identities({ address }: { address: string }): ReactElement {
  const [open, setOpen] = useState<Own | "new">();
  const [removing, setRemoving] = useState<Own>();
  const doing = useDoing();
  return (
    <Row
      row="identities"
      help={say("settings.identitiesHelp", { address: tagged(address) })}
      isWide
      doing={doing}
    >
      {() => (
        <Watched name="identities" input={{}}>
          {(identities) => (
            <>
              <Actions>
                <Button icon="plus" onClick={() => setOpen("new")}>
                  {say("settings.newIdentity")}
                </Button>
              </Actions>
              <ul className={items.list}>
                {identities.map((own) => (
                  <li key={own.id} className={items.item}>
                    <span className={items.sign}>
                      <Icon name="envelope" />
                    </span>
                    <div>
                      <p className={items.name}>
                        <bdi>{own.email}</bdi>
                      </p>
                      <p className={items.meta} dir="auto">
                        {own.name === "" ? say("settings.noName") : own.name}
                      </p>
                    </div>
                    <Actions>
                      <IconButton
                        icon="pen"
                        label={say("settings.changeIdentity", { address: own.email })}
                        onClick={() => setOpen(own)}
                      />
                      {own.mayDelete && (
                        <IconButton
                          icon="trash"
                          label={say("settings.removeIdentity", { address: own.email })}
                          onClick={() => setRemoving(own)}
                        />
                      )}
                    </Actions>
                  </li>
                ))}
              </ul>
              {open !== undefined && (
                <IdentityForm
                  address={address}
                  own={open === "new" ? undefined : open}
                  onClose={() => setOpen(undefined)}
                />
              )}
              {removing !== undefined && (
                <Confirm
                  title={say("settings.removeIdentity", { address: removing.email })}
                  verb={say("label.remove")}
                  onClose={() => setRemoving(undefined)}
                  onDo={() => {
                    setRemoving(undefined);
                    void doing.run(() => call("dropIdentity", { id: removing.id }));
                  }}
                >
                  <p>{say("settings.removeIdentitySentence")}</p>
                </Confirm>
              )}
            </>
          )}
        </Watched>
      )}
    </Row>
  );
}

function tagged(address: string, tag = "shop"): string {
  return address.replace("@", `+${tag}@`);
}

function IdentityForm({
  address,
  own,
  onClose,
}: {
  address: string;
  own: Own | undefined;
  onClose(): void;
}): ReactElement {
  const [tag, setTag] = useState("");
  const [name, setName] = useState(own?.name ?? "");
  const [signature, setSignature] = useState(own?.textSignature ?? "");
  const doing = useDoing();
  const [local = "", host = ""] = address.split("@");
  const keep = async (event: FormEvent) => {
    event.preventDefault();
    const email = own?.email ?? tagged(address, tag.trim().toLowerCase());
    const fields = { id: own?.id ?? null, email, name: name.trim(), textSignature: signature };
    if (await doing.run(() => call("keepIdentity", fields))) onClose();
  };
  return (
    <Dialog title={own?.email ?? say("settings.newIdentity")} onClose={onClose}>
      <form className={`${form.form} ${form.inDialog}`} onSubmit={(event) => void keep(event)}>
        {own === undefined && (
          <Field
            label={say("settings.tag")}
            help={<bdi>{`${local}+${tag.trim() === "" ? "…" : tag.trim().toLowerCase()}@${host}`}</bdi>}
            value={tag}
            onChange={({ target }) => setTag(target.value)}
            required
            pattern="[A-Za-z0-9._\-]{1,40}"
            autoCapitalize="none"
            spellCheck={false}
            data-first
          />
        )}
        <Field
          label={say("settings.row.name")}
          value={name}
          maxLength={100}
          dir="auto"
          onChange={({ target }) => setName(target.value)}
        />
        <label className={form.group}>
          <span className={form.label}>{say("settings.row.signature")}</span>
          <textarea
            className={style.text}
            rows={3}
            dir="auto"
            maxLength={10_000}
            value={signature}
            onChange={({ target }) => setSignature(target.value)}
          />
        </label>
        <Refused fault={doing.fault} />
        <Actions isAtEnd>
          <Button onClick={onClose}>{say("settings.cancel")}</Button>
          <Button look="ink" type="submit" isBusy={doing.isBusy}>
            {say("settings.save")}
          </Button>
        </Actions>
      </form>
    </Dialog>
  );
}
