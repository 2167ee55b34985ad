/** How far old mail was brought in, kept on the device so that it goes on where it was. */
import { openLocal, sealLocal } from "../local/seal-local.ts";
import { bringing, type Mail } from "../sync/mail-context.ts";

const place = { table: bringing, key: "import" };

/** Whatever was kept last; undefined when nothing is, or it was kept by other keys. */
export async function findKeptImport({ store, key }: Mail): Promise<unknown> {
  const sealed = await store.getBytes(bringing, place.key);
  const bytes = sealed && (await openLocal(key, place, sealed));
  return bytes && JSON.parse(new TextDecoder().decode(bytes));
}

/** Keeps what JSON can carry; undefined keeps nothing any more. */
export async function keepImport({ store, key }: Mail, value: object | undefined): Promise<void> {
  const sealed =
    value === undefined
      ? undefined
      : await sealLocal(key, place, new TextEncoder().encode(JSON.stringify(value)));
  await store.write([bringing], async (writer) => {
    if (sealed === undefined) await writer.remove(bringing, [place.key]);
    else await writer.putBytes(bringing, place.key, sealed);
  });
}
