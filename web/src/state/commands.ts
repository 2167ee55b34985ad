/** What can be done now: whoever is on the page says what they can do, keys and palette ask for it. */
import { useLayoutEffect, useRef } from "react";
import { type CommandId, commandIds } from "./command-table.ts";

/** How a command is done. Undefined stands for what cannot be done just now. */
type Doing = () => void;

export type Offered = Readonly<Partial<Record<CommandId, Doing | undefined>>>;

/** The last is asked first. */
const offers: { current: Offered }[] = [];

/**
 * Offers these for as long as the component is there. What came later goes before what came earlier: a reader's `archive`
 * before the list's; what is offered `everywhere` comes last of all. What is undefined now is not possible now, and the next
 * one is asked.
 */
export function useCommands(offered: Offered, where: "here" | "everywhere" = "here"): void {
  const held = useRef(offered);
  // With what is drawn: a key that comes as soon as something is seen means it.
  useLayoutEffect(() => {
    held.current = offered;
  });
  useLayoutEffect(() => {
    if (where === "here") offers.push(held);
    else offers.unshift(held);
    return () => {
      offers.splice(offers.indexOf(held), 1);
    };
  }, [where]);
}

/** Does it; false when nobody can. */
export function runCommand(id: CommandId): boolean {
  const doing = findDoing(id);
  doing?.();
  return doing !== undefined;
}

export function isPossible(id: CommandId): boolean {
  return findDoing(id) !== undefined;
}

export function possibleCommands(): CommandId[] {
  return commandIds.filter(isPossible);
}

function findDoing(id: CommandId): Doing | undefined {
  for (let at = offers.length - 1; at >= 0; at--) {
    const doing = offers[at]?.current[id];
    if (doing !== undefined) return doing;
  }
  return undefined;
}
