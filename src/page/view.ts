import type { Client } from "../client/index.ts";
import type { Place } from "./address.ts";
import { find } from "./part.ts";

/** What is shown in the middle of the page. */
export interface View {
  /** Of the browser's window, before the page's own. */
  readonly title?: string;
  /** Has an `<h1>`, which gets the focus when a person has gone there. */
  readonly root: HTMLElement;
}

/** What a view is made with. */
export interface Surroundings {
  readonly client: Client;
  /** Ends when the person leaves the view; so does what it has begun. */
  readonly signal: AbortSignal;
  /** What the view remembered when it was left, if the person comes back to it. */
  readonly remembered: unknown;
  /** Keeps something for when the person comes back. */
  readonly remember: (state: unknown) => void;
  /** Goes to another place, and says there what was done here. */
  readonly go: (place: Place, news?: string) => void;
  /** Tells what has happened, for eyes and screen readers. */
  readonly say: (news: string) => void;
}

/** Shows the heading of a view: smaller where it is long. */
export function showHeading(root: HTMLElement, text: string): void {
  const heading = find(root, "h1", HTMLElement);
  heading.textContent = text;
  heading.classList.toggle("long", text.length > LONG);
}

/** From how many characters on a heading is long. */
const LONG = 60;

/** What is done with what comes live. */
interface Listener<Event> {
  readonly hear: (event: Event) => void;
  /** Nothing more comes: the service says so. */
  readonly ended?: () => void;
  readonly failed: (error: unknown) => void;
}

/** Takes what comes live until the person leaves; of that the listener is not told. */
export async function listen<Event>(
  events: AsyncIterable<Event>,
  signal: AbortSignal,
  { hear, ended, failed }: Listener<Event>,
): Promise<void> {
  try {
    for await (const event of events) hear(event);
    if (!signal.aborted) ended?.();
  } catch (error) {
    if (!signal.aborted) failed(error);
  }
}
