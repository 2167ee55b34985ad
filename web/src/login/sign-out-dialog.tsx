import { type ReactElement, useEffect, useState } from "react";
import { useComposers } from "../state/composers.ts";
import { call } from "../state/desk.ts";
import { codeOf, useWork } from "../state/use-work.ts";
import { signOut } from "../state/whose-page.ts";
import type { Untold } from "../state/worker/untold.ts";
import { Confirm } from "../ui/confirm.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Notice } from "../ui/notice.tsx";
import { say } from "../words/words.ts";

/**
 * The one way out: it asks when something would be lost or `isAsked` wants it so, and goes on by itself otherwise. What this
 * browser keeps of them is removed, and `path` is where whoever comes next begins.
 */
export function SignOutDialog({
  address,
  path = "/sign-in",
  isAsked = false,
  onClose,
}: {
  address: string;
  path?: string;
  isAsked?: boolean;
  onClose(): void;
}): ReactElement {
  const open = useComposers().length;
  const [untold, setUntold] = useState<Untold | null>();
  const { isBusy, fault, run } = useWork();
  const leave = () => void run(() => signOut(address, path));
  const begin = () =>
    void run(async () => {
      const found = await call("countUntold", {});
      const isNothing = found?.changes === 0 && found.files === 0;
      if (isNothing && open === 0 && !isAsked) await signOut(address, path);
      else setUntold(found);
    });
  useEffect(begin, []);

  if (untold === undefined) {
    return (
      <Dialog title={say("signOut.title")} onClose={onClose} width="narrow">
        {fault === undefined ? (
          <p role="status">{say("signOut.busy")}</p>
        ) : (
          <Notice code={codeOf(fault)}>{fault.sentence}</Notice>
        )}
      </Dialog>
    );
  }
  return (
    <Confirm
      title={say("signOut.title")}
      verb={isBusy ? say("signOut.busy") : say("signOut.do")}
      keep={say("signOut.keep")}
      isBusy={isBusy}
      onClose={onClose}
      onDo={leave}
    >
      <p>{say("signOut.sentence", { address })}</p>
      {untold === null && <p>{say("signOut.unknown")}</p>}
      {untold !== null && untold.changes > 0 && (
        <p>{say("settings.forgetWaiting", { count: untold.changes })}</p>
      )}
      {untold !== null && untold.files > 0 && <p>{say("signOut.files", { count: untold.files })}</p>}
      {open > 0 && <p>{say("signOut.open", { count: open })}</p>}
      {fault !== undefined && <Notice code={codeOf(fault)}>{fault.sentence}</Notice>}
    </Confirm>
  );
}
