import { type FormEvent, type ReactElement, useState } from "react";
import { call } from "../state/desk.ts";
import type { ViewOutput } from "../state/worker/views.ts";
import { Actions } from "../ui/actions.tsx";
import { Button } from "../ui/button.tsx";
import { Check } from "../ui/check.tsx";
import { Confirm } from "../ui/confirm.tsx";
import { CopyButton } from "../ui/copy-button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";
import form from "../ui/form.module.css";
import { Icon } from "../ui/icon.tsx";
import items from "../ui/items.module.css";
import { Notice } from "../ui/notice.tsx";
import { Select } from "../ui/select.tsx";
import { Watched } from "../ui/watched.tsx";
import { shortMoment } from "../words/dates.ts";
import { say } from "../words/words.ts";
import { Refused, Row } from "./row.tsx";
import style from "./settings.module.css";
import { useDoing } from "./use-doing.ts";

type Token = ViewOutput<"tokens">[number];

/** Tokens by which programs act for the account. */
export function Developer(): ReactElement {
  const [isMaking, setMaking] = useState(false);
  const [revoking, setRevoking] = useState<Token>();
  const doing = useDoing();
  return (
    <Row row="tokens" help={say("settings.tokensHelp")} isWide doing={doing}>
      {() => (
        <Watched name="tokens" input={{}}>
          {(tokens) => (
            <>
              <Actions>
                <Button icon="plus" onClick={() => setMaking(true)}>
                  {say("settings.newToken")}
                </Button>
              </Actions>
              {tokens.length === 0 ? (
                <p className={form.help}>{say("settings.noTokens")}</p>
              ) : (
                <ul className={items.list}>
                  {tokens.map((token) => (
                    <TokenItem key={token.id} token={token} onRevoke={() => setRevoking(token)} />
                  ))}
                </ul>
              )}
              {isMaking && <TokenForm onClose={() => setMaking(false)} />}
              {revoking !== undefined && (
                <Confirm
                  title={say("settings.revokeToken", { name: revoking.name })}
                  verb={say("settings.revoke")}
                  onClose={() => setRevoking(undefined)}
                  onDo={() => {
                    setRevoking(undefined);
                    void doing.run(() => call("dropToken", { id: revoking.id }));
                  }}
                >
                  <p>{say("settings.revokeSentence")}</p>
                </Confirm>
              )}
            </>
          )}
        </Watched>
      )}
    </Row>
  );
}

function TokenItem({ token, onRevoke }: { token: Token; onRevoke(): void }): ReactElement {
  const { name, scopes, expiresAt, lastUsedAt } = token;
  const expires = shortMoment(Date.parse(expiresAt));
  return (
    <li className={items.item}>
      <span className={items.sign}>
        <Icon name="key" />
      </span>
      <div>
        <p className={items.name} dir="auto">
          {name}
        </p>
        <p className={items.meta}>
          {scopes.map((scope) => say(`settings.scopeShort.${scope}`)).join(", ")}
          {" · "}
          {lastUsedAt === undefined
            ? say("settings.tokenUnused", { expires })
            : say("settings.tokenUsed", { expires, used: shortMoment(Date.parse(lastUsedAt)) })}
        </p>
      </div>
      <Button aria-label={say("settings.revokeToken", { name })} onClick={onRevoke}>
        {say("settings.revoke")}
      </Button>
    </li>
  );
}

const scopesToGive = ["read", "draft", "send"] as const;
const lifetimesDays = [7, 30, 90, 365] as const;

function TokenForm({ onClose }: { onClose(): void }): ReactElement {
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<ReadonlySet<(typeof scopesToGive)[number]>>(new Set(["read"]));
  const [days, setDays] = useState(90);
  const [secret, setSecret] = useState<string>();
  const doing = useDoing();
  const make = (event: FormEvent) => {
    event.preventDefault();
    void doing.run(async () => {
      const input = { name: name.trim(), scopes: [...scopes], expiresInS: days * 86_400 };
      setSecret(await call("makeToken", input));
    });
  };
  if (secret !== undefined) {
    return (
      <Dialog
        title={say("settings.tokenMade", { name: name.trim() })}
        onClose={onClose}
        width="wide"
        once={say("settings.tokenLeave")}
      >
        <div className={`${form.form} ${form.inDialog}`}>
          <Notice look="warn">{say("settings.tokenOnce")}</Notice>
          <code className={style.secret}>{secret}</code>
          <Actions isAtEnd>
            <CopyButton text={secret} />
            <Button look="ink" onClick={onClose}>
              {say("settings.tokenKept")}
            </Button>
          </Actions>
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog title={say("settings.newToken")} onClose={onClose}>
      <form className={`${form.form} ${form.inDialog}`} onSubmit={make}>
        <Field
          label={say("settings.tokenName")}
          help={say("settings.tokenNameHelp")}
          value={name}
          maxLength={100}
          required
          data-first
          onChange={({ target }) => setName(target.value)}
        />
        <fieldset className={form.group}>
          <legend>{say("settings.scopes")}</legend>
          {scopesToGive.map((scope) => (
            <Check
              key={scope}
              help={say(`settings.scope.${scope}`)}
              checked={scopes.has(scope)}
              onChange={({ target }) =>
                setScopes(
                  new Set(scopesToGive.filter((one) => (one === scope ? target.checked : scopes.has(one)))),
                )
              }
            >
              {say(`settings.scopeShort.${scope}`)}
            </Check>
          ))}
        </fieldset>
        <Select
          label={say("settings.lifetime")}
          value={days}
          onChange={({ target }) => setDays(Number(target.value))}
        >
          {lifetimesDays.map((count) => (
            <option key={count} value={count}>
              {say("settings.days", { count })}
            </option>
          ))}
        </Select>
        <Refused fault={doing.fault} />
        <Actions isAtEnd>
          <Button onClick={onClose}>{say("settings.cancel")}</Button>
          <Button look="ink" type="submit" isBusy={doing.isBusy} disabled={scopes.size === 0}>
            {say("settings.makeToken")}
          </Button>
        </Actions>
      </form>
    </Dialog>
  );
}
