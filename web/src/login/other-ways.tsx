import { type ReactElement, useState } from "react";
import { go } from "../routes.ts";
import { Button } from "../ui/button.tsx";
import { say } from "../words/words.ts";
import style from "./login.module.css";

type Way = "device" | "neither";

/** What there is to do without the phrase: another device, or a new beginning. It is said at once what that does not bring back. */
export function OtherWays({ host }: { host: string | undefined }): ReactElement {
  const [way, setWay] = useState<Way>();
  return (
    <>
      {(["device", "neither"] as const).map((one) => (
        <div key={one} className={style.way}>
          <Button aria-expanded={way === one} onClick={() => setWay(way === one ? undefined : one)}>
            {say(`recover.${one}`)}
          </Button>
          {way === one && (
            <div role="status" className={style.way}>
              {one === "device" ? (
                <>
                  <p>{say("recover.deviceSentence")}</p>
                  <p>
                    <Button look="link" onClick={() => go({ page: "link", code: "" })}>
                      {say("recover.deviceLink")}
                    </Button>
                  </p>
                </>
              ) : (
                <>
                  <p>{say("recover.neitherSentence")}</p>
                  <p>{say("recover.ask", { host: host ?? say("recover.yourServer") })}</p>
                </>
              )}
            </div>
          )}
        </div>
      ))}
    </>
  );
}
