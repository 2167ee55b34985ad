import type { ReactElement } from "react";

/** The postmark: the brand, and where a message stands. `state` draws its ring. */
export function Mark({
  size = 40,
  state = "brand",
}: {
  size?: number;
  state?: "brand" | "queued" | "delivered" | "failed" | "paused";
}): ReactElement {
  const dashes = { brand: "58 14", queued: "18 54", delivered: "none", failed: "10 8", paused: "30 6" }[
    state
  ];
  return (
    <svg aria-hidden="true" width={size} height={size} viewBox="0 0 40 40" fill="none" stroke="currentColor">
      <g strokeWidth={size < 24 ? 4 : 2.4} strokeLinecap="round">
        <circle cx="20" cy="20" r="14" strokeDasharray={dashes} transform="rotate(-70 20 20)" />
        {state === "brand" && <path d="M12.5 20a7.5 7.5 0 0 1 7.5-7.5M20 27.5a7.5 7.5 0 0 0 7.5-7.5" />}
        {state === "delivered" && <path d="M14 20.5l4.5 4.5 8-9.5" />}
        {state === "failed" && <path d="M15 15l10 10M25 15L15 25" />}
        {state === "paused" && <path d="M17 15v10M23 15v10" />}
      </g>
      {state === "brand" && <circle cx="20" cy="20" r="2.4" fill="currentColor" stroke="none" />}
    </svg>
  );
}
