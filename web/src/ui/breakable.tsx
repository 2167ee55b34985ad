import type { ReactElement } from "react";

/** An address whose line may end before the host. */
export function Breakable({ address }: { address: string }): ReactElement {
  const at = address.lastIndexOf("@");
  return (
    <>
      {address.slice(0, at)}
      <wbr />
      {address.slice(at)}
    </>
  );
}
