import type { ComponentProps } from "react";

type Button = ComponentProps<"button">;

/**
 * Of a button that may not be used now: it says so and takes no click, but keeps the focus, which a browser takes from
 * whatever is `disabled` and gives to nobody.
 */
export function resting(
  isResting: boolean,
  onClick: Button["onClick"],
): Pick<Button, "aria-disabled" | "onClick"> {
  if (!isResting) return onClick === undefined ? {} : { onClick };
  return { "aria-disabled": true, onClick: (event) => event.preventDefault() };
}
