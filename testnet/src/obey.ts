/** Does what the parent says (`ChildProgram`), answers each command by its number, and ends when the parent is gone. */
export function obey<Command>(carryOut: (command: Command) => Promise<unknown>): void {
  process.on("message", (message: { id: number; command: Command }) => {
    const { id } = message;
    carryOut(message.command).then(
      (answer) => process.connected && process.send?.({ id, answer }),
      (error: unknown) => process.connected && process.send?.({ id, error: String(error) }),
    );
  });
  process.on("disconnect", () => process.exit(0));
}
