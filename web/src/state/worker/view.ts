import type { Room } from "./desk.ts";
import type { Topic } from "./topic.ts";

/** What a page can watch: read again when one of its topics is told of. */
export interface View<Input, Output> {
  readonly topics: readonly Topic[];
  read(room: Room, input: Input): Promise<Output>;
}

export function view<Input, Output>(
  topics: readonly Topic[],
  read: (room: Room, input: Input) => Promise<Output>,
): View<Input, Output> {
  return { topics, read };
}
