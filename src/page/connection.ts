import type { Client, ConnectionState } from "../client/index.ts";

const timeFormat = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });

/** Where the state of the connection is shown. */
export interface ConnectionElements {
  /** Is hidden until the client connects. */
  readonly badge: HTMLElement;
  /** A live region: screen readers announce that the connection was lost or is back. */
  readonly status: HTMLElement;
}

/** Shows whether the counts are live. */
export function showConnection(client: Client, { badge, status }: ConnectionElements): void {
  const show = (state: ConnectionState) => {
    badge.hidden = state === "idle";
    if (state === "idle" || state === badge.dataset["state"]) return;
    badge.dataset["state"] = state;
    // The style sheet greys out the counts of a page that is not connected: they may be outdated.
    document.body.classList.toggle("lost", state === "lost");
    if (state === "lost") {
      status.textContent = `No connection since ${timeFormat.format()}. Trying again…`;
    }
    if (state === "connected") status.textContent = "Live";
  };
  client.onConnection(show);
  show(client.connection);
}
