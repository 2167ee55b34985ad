import { type ReactElement, type ReactNode, useState } from "react";
import { go, home } from "../routes.ts";
import { Button } from "../ui/button.tsx";
import { say } from "../words/words.ts";
import { LoginPage } from "./login-page.tsx";
import { SignOutDialog } from "./sign-out-dialog.tsx";

export interface Sitting {
  address: string;
  /** Their sign-in has ended, and their mail is still kept here. */
  isAway: boolean;
}

/**
 * A page by which somebody comes in. Whoever sits here already when it is opened is told so first, and leaves only when they
 * want to.
 */
export function ComingIn({
  sitting,
  children,
}: {
  sitting: Sitting | undefined;
  children: ReactNode;
}): ReactNode {
  // Who comes in by this page sits here afterwards, and goes on with it.
  const [found] = useState(sitting);
  return found === undefined ? children : <SomebodySits sitting={found} />;
}

function SomebodySits({ sitting: { address, isAway } }: { sitting: Sitting }): ReactElement {
  const [isLeaving, setLeaving] = useState(false);
  return (
    <LoginPage
      title={say(isAway ? "sitting.awayTitle" : "sitting.title")}
      sentence={say(isAway ? "sitting.awaySentence" : "sitting.sentence", { address })}
    >
      <p>
        <Button look="ink" onClick={() => go(isAway ? { page: "signIn" } : home)}>
          {say(isAway ? "sitting.back" : "sitting.stay")}
        </Button>
      </p>
      <p>
        <Button look="link" onClick={() => setLeaving(true)}>
          {say(isAway ? "sitting.forget" : "sitting.leave")}
        </Button>
      </p>
      {isLeaving && (
        <SignOutDialog
          address={address}
          path={`${location.pathname}${location.search}${location.hash}`}
          isAsked={isAway}
          onClose={() => setLeaving(false)}
        />
      )}
    </LoginPage>
  );
}
