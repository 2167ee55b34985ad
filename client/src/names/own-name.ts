/** The name that one's messages carry (§20.7): that of the identity that one writes as, which is kept nowhere else. */
import { limits } from "@posthorn/protocol";
import type { Api } from "../api.ts";
import type { Draft } from "../draft.ts";
import { changeIdentity, type Identity, listIdentities } from "../identities.ts";
import type { Interruptible } from "../mail.ts";

/** What a name can be of this text; undefined where nothing is left of it. */
export function fittingName(text: string): string | undefined {
  const line = text
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu, " ")
    .replaceAll(/\s+/g, " ")
    .trim();
  const name = [...line].slice(0, limits.fromName).join("").trim();
  return name === "" ? undefined : name;
}

/** As what one is named who writes as `from`: by that identity, or where it has no name by the account's own. */
export function nameOfIdentity(
  identities: readonly Pick<Identity, "email" | "name" | "mayDelete">[],
  from: string,
): string | undefined {
  const written = identities.find(({ email }) => email.toLowerCase() === from.toLowerCase());
  const own = identities.find(({ mayDelete }) => !mayDelete);
  return fittingName(written?.name ?? "") ?? fittingName(own?.name ?? "");
}

/** As `nameOfIdentity`, asked of the server. Throws what a call throws. */
export async function readOwnName(
  api: Api,
  from: string,
  options: Interruptible = {},
): Promise<string | undefined> {
  return nameOfIdentity(await listIdentities(api, options), from);
}

/** What the account's owner calls themselves from now on. Throws JmapRefusal. */
export async function changeOwnName(api: Api, name: string, options: Interruptible = {}): Promise<void> {
  const own = (await listIdentities(api, options)).find(({ mayDelete }) => !mayDelete);
  if (own !== undefined) await changeIdentity(api, own.id, { name: fittingName(name) ?? "" }, options);
}

/** The draft with the name of its sender, where its type has one and it says none itself. */
export function withName(draft: Draft, name: string | undefined): Draft {
  if (
    draft.type === "reaction" ||
    draft.type === "edit" ||
    draft.type === "recall" ||
    draft.type === "receipt"
  )
    return draft;
  const { fromName = name } = draft;
  return fromName === undefined ? draft : { ...draft, fromName };
}
