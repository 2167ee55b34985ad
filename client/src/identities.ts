/** As whom an account writes: its address, and others of its own with a tag (RFC 8621 §6, §85.41). */
import { MailIdentitySchema, shape } from "@posthorn/protocol";
import { type Static, Type } from "typebox";
import type { Api } from "./api.ts";
import { changeObject } from "./change-objects.ts";
import { callMethod } from "./jmap.ts";
import type { Interruptible } from "./mail.ts";

export type Identity = Static<typeof MailIdentitySchema>;

const identities = shape(Type.Object({ list: Type.Array(MailIdentitySchema, { maxItems: 100 }) }));

/** All of them, the account's own address first. Its server can read what is said of them. */
export async function listIdentities(api: Api, options: Interruptible = {}): Promise<Identity[]> {
  const properties = Object.keys(MailIdentitySchema.properties);
  const call = { method: "Identity/get", arguments: { ids: null, properties } };
  return (await callMethod(api, call, identities, { ...options, idempotent: true })).list;
}

/** Gives its id. `email` is the account's address with a tag. Throws JmapRefusal. */
export function createIdentity(
  api: Api,
  input: Pick<Identity, "email"> & Partial<Pick<Identity, "name" | "textSignature">>,
  options: Interruptible = {},
): Promise<string> {
  return changeObject(api, "Identity", { create: input }, options);
}

/** Throws JmapRefusal. */
export async function changeIdentity(
  api: Api,
  id: string,
  change: Partial<Pick<Identity, "name" | "textSignature">>,
  options: Interruptible = {},
): Promise<void> {
  await changeObject(api, "Identity", { update: change, id }, options);
}

/** The account's own address cannot be removed. Throws JmapRefusal. */
export async function removeIdentity(api: Api, id: string, options: Interruptible = {}): Promise<void> {
  await changeObject(api, "Identity", { destroy: id }, options);
}
