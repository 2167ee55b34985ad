/** How the list of sign-ins calls this browser, such as “Firefox on Linux”. */
export function deviceName(agent: string = navigator.userAgent): string {
  const browser = found(agent, [
    ["Edg/", "Edge"],
    ["OPR/", "Opera"],
    ["Firefox/", "Firefox"],
    ["Chrome/", "Chrome"],
    ["Safari/", "Safari"],
  ]);
  const system = found(agent, [
    ["Android", "Android"],
    ["iPhone", "iPhone"],
    ["iPad", "iPad"],
    ["Mac OS", "Mac"],
    ["Windows", "Windows"],
    ["Linux", "Linux"],
  ]);
  if (browser === undefined) return system ?? "Browser";
  return system === undefined ? browser : `${browser} on ${system}`;
}

function found(agent: string, names: readonly (readonly [mark: string, name: string])[]): string | undefined {
  return names.find(([mark]) => agent.includes(mark))?.[1];
}
