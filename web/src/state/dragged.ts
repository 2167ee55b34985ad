/** Conversations that are dragged from a list to a label. */

let drop: ((label: string) => void) | undefined;

const type = "application/x-posthorn-threads";

/** From now until it is let go; `onDrop` is called with the label it is let go over. */
export function dragThreads(data: DataTransfer, count: number, onDrop: (label: string) => void): void {
  data.effectAllowed = "copy";
  data.setData(type, String(count));
  drop = onDrop;
}

/** Whether what is dragged over something are conversations. */
export function isDraggingThreads(data: DataTransfer): boolean {
  return data.types.includes(type);
}

export function dropThreads(label: string): void {
  drop?.(label);
  drop = undefined;
}
