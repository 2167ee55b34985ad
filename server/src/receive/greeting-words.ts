/** What a new account finds in its inbox, in the languages that the web client speaks. The first is to be read first. */

interface GreetingLetter {
  subject: string;
  /** Markdown. */
  body: string;
}

type GreetingLanguage = "en" | "de";

interface Place {
  host: string;
  address: string;
}

const greetingWords: Readonly<Record<GreetingLanguage, (place: Place) => GreetingLetter[]>> = {
  en: ({ host, address }) => [
    {
      subject: `Welcome to ${host}`,
      body: [
        `Your address is **${address}**. It reaches everybody who has one like it, on whatever server.`,
        "- **c** writes a message, **?** shows all keys.",
        "- Mail that you have elsewhere comes along by *Settings › Import*.",
        "- Whoever runs this server can invite the people you want to write with.",
        "Three letters lie here so that your inbox is not empty. Archive or delete them whenever you like.",
      ].join("\n\n"),
    },
    {
      subject: "Who can read your mail",
      body: [
        "You, and those you write to. What you write is sealed on your device, and this server keeps it as bytes that it cannot open. It sees who writes to whom, when, and how much: *Settings › Privacy* has the whole list.",
        "Your password opens your mail, and so do the twelve words of your recovery phrase. **Nobody can make either anew for you.** If you have not put the words away yet, do it today; *Settings › Recovery* tests them without showing them.",
        "With whom you write often, compare sixty digits once: *People*, their name, *Verify*. From then on nobody gets between you unseen.",
      ].join("\n\n"),
    },
    {
      subject: "Try the keys on this letter",
      body: [
        "- **e** archives it, **z** brings it back.",
        "- **s** gives it a star, **l** a label.",
        "- **b** sends it away until tomorrow, or until you say.",
        "- **j** and **k** go down and up, **u** goes back to the list.",
        "- **r** would answer it; but nobody reads what is sent to the postmaster, so answer somebody else.",
      ].join("\n"),
    },
  ],
  de: ({ host, address }) => [
    {
      subject: `Willkommen bei ${host}`,
      body: [
        `Ihre Adresse ist **${address}**. Sie erreicht alle, die eine solche haben, auf welchem Server auch immer.`,
        "- **c** schreibt eine Nachricht, **?** zeigt alle Tasten.",
        "- Nachrichten von anderswo kommen über *Einstellungen › Import* mit.",
        "- Wer diesen Server betreibt, kann die Leute einladen, mit denen Sie schreiben wollen.",
        "Drei Briefe liegen hier, damit der Posteingang nicht leer ist. Sie lassen sich jederzeit archivieren oder löschen.",
      ].join("\n\n"),
    },
    {
      subject: "Wer Ihre Nachrichten lesen kann",
      body: [
        "Sie und die, denen Sie schreiben. Was Sie schreiben, wird auf Ihrem Gerät versiegelt, und dieser Server bewahrt es als Bytes auf, die er nicht öffnen kann. Er sieht, wer wem schreibt, wann und wie viel: Unter *Einstellungen › Privatsphäre* steht die ganze Liste.",
        "Ihr Passwort öffnet Ihre Nachrichten, und ebenso die zwölf Wörter Ihrer Wiederherstellungsphrase. **Niemand kann eines davon für Sie neu machen.** Wenn die Wörter noch nicht verwahrt sind, ist heute der Tag dafür; *Einstellungen › Wiederherstellung* prüft sie, ohne sie zu zeigen.",
        "Mit wem Sie oft schreiben, vergleichen Sie einmal sechzig Ziffern: *Personen*, der Name, *Prüfen*. Danach gerät niemand mehr unbemerkt dazwischen.",
      ].join("\n\n"),
    },
    {
      subject: "Die Tasten an diesem Brief ausprobieren",
      body: [
        "- **e** archiviert ihn, **z** holt ihn zurück.",
        "- **s** gibt ihm einen Stern, **l** ein Label.",
        "- **b** schickt ihn weg bis morgen, oder bis Sie es sagen.",
        "- **j** und **k** gehen nach unten und oben, **u** geht zurück zur Liste.",
        "- **r** würde antworten; aber niemand liest, was an den Postmaster geht, also lieber jemand anderem.",
      ].join("\n"),
    },
  ],
};

const languages: Readonly<Partial<Record<string, GreetingLanguage>>> = { en: "en", de: "de" };

/** In the first language that the browser has said it wants and that is spoken here, else in English. */
export function greetingLetters(accepted: string | undefined, place: Place): GreetingLetter[] {
  return greetingWords[chooseLanguage(accepted)](place);
}

function chooseLanguage(accepted = ""): GreetingLanguage {
  for (const part of accepted.split(",")) {
    const found = languages[part.trim().slice(0, 2).toLowerCase()];
    if (found !== undefined) return found;
  }
  return "en";
}
