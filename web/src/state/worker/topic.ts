/**
 * What a view can hear of: `account` who is signed in · `status` how it stands with the server · `folders` mailboxes and
 * their counts · `rows` what lists show · `texts` what was opened meanwhile · `drafts` · `undo` what can be taken back ·
 * `settings` · `role` of the account at its server · `coverage` of the search · `people` · `names` that people give themselves · `sending` · `found` by a search ·
 * `server` what its operator sees · `hops` of a test message ·
 * `transfers` files on their way here · `letters` that are being written.
 */
export type Topic =
  | "account"
  | "status"
  | "folders"
  | "rows"
  | "texts"
  | "drafts"
  | "undo"
  | "settings"
  | "role"
  | "coverage"
  | "people"
  | "names"
  | "sending"
  | "found"
  | "letters"
  | "transfers"
  | "server"
  | "hops";
