/** What whoever has an open account is told of it. */
export const openAccountWords =
  "This is an open account: its server, and whoever runs it, can read its mail.";
