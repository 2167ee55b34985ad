import type { AccountInfo } from "@posthorn/protocol";
import { type ReactElement, useState } from "react";
import { call } from "../state/desk.ts";
import { codeOf, useWork } from "../state/use-work.ts";
import type { Users } from "../state/worker/administrate.ts";
import { Actions } from "../ui/actions.tsx";
import { Avatar } from "../ui/avatar.tsx";
import { Badge } from "../ui/badge.tsx";
import { Button } from "../ui/button.tsx";
import { Confirm } from "../ui/confirm.tsx";
import { Icon } from "../ui/icon.tsx";
import items from "../ui/items.module.css";
import { Notice } from "../ui/notice.tsx";
import { showToast } from "../ui/toaster.tsx";
import { Watched } from "../ui/watched.tsx";
import { longDay, shortMoment } from "../words/dates.ts";
import { fileSize } from "../words/sizes.ts";
import { say } from "../words/words.ts";
import style from "./admin.module.css";
import { InviteDialog } from "./invite-dialog.tsx";
import { ResetDialog } from "./reset-dialog.tsx";
import { UserDialog } from "./user-dialog.tsx";

/** Who has an account, who is invited to one, and what of it can be changed. */
export function UsersPage(): ReactElement {
  const [isInviting, setInviting] = useState(false);
  const [resetting, setResetting] = useState<AccountInfo>();
  return (
    <>
      <Actions>
        <Button look="ink" icon="plus" onClick={() => setInviting(true)}>
          {say("admin.invite")}
        </Button>
      </Actions>
      {isInviting && <InviteDialog onClose={() => setInviting(false)} />}
      {resetting !== undefined && <ResetDialog account={resetting} onClose={() => setResetting(undefined)} />}
      <Watched name="users" input={{}}>
        {(users) => (
          <>
            <Accounts users={users} onReset={setResetting} />
            <Invites users={users} />
          </>
        )}
      </Watched>
    </>
  );
}

function Accounts({
  users: { accounts, own },
  onReset,
}: {
  users: Users;
  onReset(account: AccountInfo): void;
}): ReactElement {
  const [name, setName] = useState<string>();
  const [suspending, setSuspending] = useState<AccountInfo>();
  const { fault, run } = useWork();
  const changing = accounts.find((account) => account.name === name);
  const suspend = (account: AccountInfo, suspended: boolean) =>
    run(() => call("changeUser", { name: account.name, suspended }));
  return (
    <section aria-labelledby="accounts">
      <h2 id="accounts" className={style.heading}>
        {say("admin.accounts")}
      </h2>
      {fault !== undefined && <Notice code={codeOf(fault)}>{fault.sentence}</Notice>}
      <ul className={items.list} data-signs="wide">
        {accounts.map((account) => (
          <li key={account.id} className={items.item}>
            <Avatar address={account.address} size={32} />
            <div className={items.about}>
              <p className={items.name}>
                <bdi>{account.address}</bdi>
                {account.operator && <Badge>{say("admin.operator")}</Badge>}
                {account.suspended && <Badge look="bad">{say("admin.suspended")}</Badge>}
                {account.eraseAt !== undefined && (
                  <Badge look="bad">
                    {say("admin.closing", { when: longDay(Date.parse(account.eraseAt)) })}
                  </Badge>
                )}
              </p>
              <p className={items.meta}>
                {say("admin.accountMeta", {
                  used: fileSize(account.usedBytes),
                  quota: fileSize(account.quotaBytes),
                  since: longDay(Date.parse(account.createdAt)),
                })}
              </p>
            </div>
            <Actions>
              {account.suspended ? (
                <Button
                  aria-label={say("admin.restoreWho", { address: account.address })}
                  onClick={() => void suspend(account, false)}
                >
                  {say("admin.restore")}
                </Button>
              ) : (
                account.address !== own && (
                  <Button
                    aria-label={say("admin.suspendWho", { address: account.address })}
                    onClick={() => setSuspending(account)}
                  >
                    {say("admin.suspend")}
                  </Button>
                )
              )}
              <Button
                aria-label={say("admin.changeWho", { address: account.address })}
                onClick={() => setName(account.name)}
              >
                {say("admin.change")}
              </Button>
            </Actions>
          </li>
        ))}
      </ul>
      {changing !== undefined && (
        <UserDialog
          account={changing}
          isOwn={changing.address === own}
          onReset={() => {
            setName(undefined);
            onReset(changing);
          }}
          onClose={() => setName(undefined)}
        />
      )}
      {suspending !== undefined && (
        <Confirm
          title={say("admin.suspendTitle", { address: suspending.address })}
          verb={say("admin.suspend")}
          onClose={() => setSuspending(undefined)}
          onDo={() => {
            const account = suspending;
            setSuspending(undefined);
            void suspend(account, true).then((isDone) => {
              if (!isDone) return;
              showToast({
                words: say("admin.isSuspended", { address: account.address }),
                action: { words: say("admin.restore"), run: () => void suspend(account, false) },
              });
            });
          }}
        >
          <p>{say("admin.suspendSentence")}</p>
        </Confirm>
      )}
    </section>
  );
}

function Invites({ users: { invites } }: { users: Users }): ReactElement {
  const { fault, run } = useWork();
  return (
    <section aria-labelledby="invites">
      <h2 id="invites" className={style.heading}>
        {say("admin.invites")}
      </h2>
      {fault !== undefined && <Notice code={codeOf(fault)}>{fault.sentence}</Notice>}
      {invites.length === 0 ? (
        <p className={style.none}>{say("admin.noInvites")}</p>
      ) : (
        <ul className={items.list} data-signs="wide">
          {invites.map(({ id, name, expiresAt, operator }) => (
            <li key={id} className={items.item}>
              <span className={items.sign}>
                <Icon name="envelope" size={18} />
              </span>
              <div className={items.about}>
                <p className={items.name}>
                  {name === null ? say("admin.inviteAnybody") : <bdi>{name}</bdi>}
                  {operator === true && <Badge>{say("admin.operator")}</Badge>}
                </p>
                <p className={items.meta}>
                  {say("admin.inviteUntil", { when: shortMoment(Date.parse(expiresAt)) })}
                </p>
              </div>
              <Button
                aria-label={say("admin.revokeWhich", { name: name ?? say("admin.inviteAnybody") })}
                onClick={() => void run(() => call("revokeInvite", { id }))}
              >
                {say("admin.revoke")}
              </Button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
