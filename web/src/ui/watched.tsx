import type { ReactElement, ReactNode } from "react";
import { useView } from "../state/use-view.ts";
import type { ViewInput, ViewName, ViewOutput } from "../state/worker/views.ts";
import { say } from "../words/words.ts";
import { ViewFault } from "./view-fault.tsx";
import { Waiting } from "./waiting.tsx";

/** What a view shows; why it cannot be read anew stands above what it showed before. */
export function Watched<Name extends ViewName>({
  name,
  input,
  children,
}: {
  name: Name;
  input: ViewInput<Name>;
  children: (value: ViewOutput<Name>) => ReactNode;
}): ReactElement {
  const seen = useView(name, input);
  if (seen.state === "waiting") return <Waiting words={say("settings.wait")} />;
  // Of one shape whether it can be read or not: what is open in it, and typed there, stays.
  return (
    <>
      <ViewFault seen={seen} />
      {seen.value !== undefined && children(seen.value)}
    </>
  );
}
