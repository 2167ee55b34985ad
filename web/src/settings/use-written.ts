import { useEffect, useState } from "react";

/** The text of a field: as it is kept, wherever that was changed, except while somebody here has written something else. */
export function useWritten(kept: string): [text: string, write: (text: string) => void] {
  const [written, setWritten] = useState<string>();
  useEffect(() => {
    if (written === kept) setWritten(undefined);
  }, [written, kept]);
  return [written ?? kept, setWritten];
}
