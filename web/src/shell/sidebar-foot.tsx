import type { ReactElement } from "react";
import { lastSeen, useView } from "../state/use-view.ts";
import type { Uploads } from "../state/worker/letter-desk.ts";
import { fileSize } from "../words/sizes.ts";
import { say } from "../words/words.ts";
import { ActivityMenu } from "./activity-menu.tsx";
import style from "./sidebar.module.css";
import { useOnline } from "./status-bar.tsx";

/** How it stands with the server, what was done last, and how much room there is. */
export function SidebarFoot(): ReactElement {
  const isOnline = useOnline();
  const state = lastSeen(useView("status", {}))?.state ?? "starting";
  const { waiting = 0, unsent = null } = lastSeen(useView("activity", {})) ?? {};
  const uploads = lastSeen(useView("uploads", {}));
  const quota = lastSeen(useView("quota", {}));
  const share = quota === undefined || quota === null ? 0 : quota.usedBytes / Math.max(1, quota.mostBytes);
  return (
    <footer className={style.foot}>
      <div className={style.footLine}>
        <span className={style.sync} data-state={signOf(isOnline, state, unsent?.count)}>
          {syncWords({ isOnline, state, waiting, unsent: unsent?.count, uploads })}
        </span>
        <ActivityMenu />
      </div>
      {quota !== undefined && quota !== null && (
        <div
          className={style.quota}
          data-full={share > 0.9 ? "" : undefined}
          title={say("foot.quotaLabel", {
            used: fileSize(quota.usedBytes),
            most: fileSize(quota.mostBytes),
          })}
        >
          <span>
            {say("foot.quota", { used: fileSize(quota.usedBytes), most: fileSize(quota.mostBytes) })}
          </span>
          <span
            role="meter"
            aria-label={say("foot.quotaLabel", {
              used: fileSize(quota.usedBytes),
              most: fileSize(quota.mostBytes),
            })}
            aria-valuenow={Math.round(share * 100)}
            aria-valuemin={0}
            aria-valuemax={100}
            className={style.meter}
          >
            {share > 0 && <span style={{ inlineSize: `${Math.min(100, share * 100)}%` }} />}
          </span>
        </div>
      )}
    </footer>
  );
}

/** Not all is well while a letter cannot go. */
function signOf(isOnline: boolean, state: string, unsent = 0): string {
  if (!isOnline) return "offline";
  return state === "live" && unsent > 0 ? "waiting" : state;
}

function syncWords({
  isOnline,
  state,
  waiting,
  unsent = 0,
  uploads,
}: {
  isOnline: boolean;
  state: string;
  waiting: number;
  unsent: number | undefined;
  uploads: Uploads | undefined;
}): string {
  if (!isOnline) return say("foot.offline");
  if (state === "waiting" || state === "stopped" || state === "signedOut") return say("foot.waiting");
  if (unsent > 0) return say("foot.unsent", { count: unsent });
  if (uploads !== undefined && uploads.count > 0)
    return say("foot.uploading", { count: uploads.count, percent: Math.floor(uploads.done * 100) });
  if (waiting > 0) return say("foot.sending", { count: waiting });
  return say(state === "live" ? "foot.live" : "foot.working");
}
