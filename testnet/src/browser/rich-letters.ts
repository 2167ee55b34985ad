/** Hands on a letter that looks as it will be read. */
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { caretIn, letterText } from "./composing.ts";

interface Pasted {
  html?: string;
  text?: string;
  picture?: { name: string; bytes: Uint8Array };
}

/** As by the keyboard, of what another program has put into the clipboard. */
export function paste(page: Page, { html, text: plain, picture: shown }: Pasted): Promise<void> {
  const file = shown && { name: shown.name, base64: Buffer.from(shown.bytes).toString("base64") };
  return letterText(page).evaluate(
    (element, { html, plain, file }) => {
      const data = new DataTransfer();
      if (html !== undefined) data.setData("text/html", html);
      if (plain !== undefined) data.setData("text/plain", plain);
      if (file !== undefined) {
        const bytes = Uint8Array.from(atob(file.base64), (sign) => sign.codePointAt(0) ?? 0);
        data.items.add(new File([bytes], file.name, { type: "image/png" }));
      }
      element.dispatchEvent(
        new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }),
      );
    },
    { html, plain, file },
  );
}

const patientLooks = 8;

/**
 * Presses the key until the caret is there. A browser says a little later where it is, and a letter that is just drawn may put
 * it back: so it is pressed again only when nothing has come of it for a while, and from the beginning where it went too far.
 */
export function caretGoes(page: Page, key: "Home" | "ArrowRight", place: number): Promise<void> {
  let pressedAt: number | undefined;
  let looks = patientLooks;
  const press = async () => {
    const now = await caretIn(letterText(page));
    looks++;
    if (now === place || (now === pressedAt && looks < patientLooks)) return now;
    [pressedAt, looks] = [now, 0];
    await letterText(page).press(now !== undefined && now > place ? "Home" : key);
    return caretIn(letterText(page));
  };
  return expect.poll(press).toBe(place);
}

/** Lets a picture go over the end of the text. */
export function drop(page: Page, { name, bytes }: { name: string; bytes: Uint8Array }): Promise<void> {
  const base64 = Buffer.from(bytes).toString("base64");
  return letterText(page).evaluate(
    (element, file) => {
      const data = new DataTransfer();
      const bytes = Uint8Array.from(atob(file.base64), (sign) => sign.codePointAt(0) ?? 0);
      data.items.add(new File([bytes], file.name, { type: "image/png" }));
      const { right, top } = element.getBoundingClientRect();
      const how = {
        clientX: right - 30,
        clientY: top + 20,
        bubbles: true,
        cancelable: true,
        dataTransfer: data,
      };
      element.dispatchEvent(new DragEvent("dragover", how));
      element.dispatchEvent(new DragEvent("drop", how));
    },
    { name, base64 },
  );
}
