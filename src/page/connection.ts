import type { Client, ConnectionState } from "../client/index.ts";

const time = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });

/** Shows whether counts are live. A screen reader is told when that is lost and regained. */
export function showConnection(client: Client, place: HTMLElement, status: HTMLElement): void {
  const show = (state: ConnectionState) => {
    place.hidden = state === "idle";
    if (state === "idle" || state === place.dataset["state"]) return;
    place.dataset["state"] = state;
    // The counts of a page that is not connected are as old as that.
    document.body.classList.toggle("lost", state === "lost");
    if (state === "lost")
      status.textContent = `No connection since ${time.format()}. Trying again…`;
    if (state === "connected") status.textContent = "Live";
  };
  client.onConnection(show);
  show(client.connection);
}
