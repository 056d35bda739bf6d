import type { PartyClient } from "../party/client/index.ts";
import type { PageRoute } from "./route.ts";
import { find } from "./template.ts";

/** The content of the page's `<main>`. */
export interface PageView {
  /** The document's title is this followed by the page's own. */
  readonly title?: string;
  /** Contains an `<h1>`, which gets the focus after a navigation. */
  readonly root: HTMLElement;
}

/** What a view gets from the page. */
export interface ViewContext {
  readonly client: PartyClient;
  /** Aborts when the user leaves the view, and ends all that the view has started. */
  readonly signal: AbortSignal;
  /** The state that the view kept with `remember` before, if the user returns to it. */
  readonly remembered: unknown;
  /** Keeps a state for when the user returns. */
  readonly remember: (state: unknown) => void;
  /** Navigates to another route and shows news there. */
  readonly go: (route: PageRoute, news?: string) => void;
  /** Shows news in a live region, which screen readers announce. */
  readonly showNews: (news: string) => void;
}

/** Sets the heading of a view. A long one gets a smaller font. */
export function showHeading(root: HTMLElement, text: string): void {
  const heading = find(root, "h1", HTMLElement);
  heading.textContent = text;
  heading.classList.toggle("long", text.length > LONG);
}

/** How many characters a heading may have before it counts as long. */
const LONG = 60;

interface EventSink<Event> {
  readonly next: (event: Event) => void;
  /** The service has completed the subscription. */
  readonly complete?: () => void;
  readonly error: (error: unknown) => void;
}

/** Passes events to the sink until the signal aborts. After that, it calls none of the sink's functions. */
export async function listen<Event>(
  events: AsyncIterable<Event>,
  signal: AbortSignal,
  sink: EventSink<Event>,
): Promise<void> {
  try {
    for await (const event of events) sink.next(event);
    if (!signal.aborted) sink.complete?.();
  } catch (error) {
    if (!signal.aborted) sink.error(error);
  }
}
