import { type PageRoute, routeUrl } from "./route.ts";
import { cloneTemplate, find } from "./template.ts";
import { type PageView, showHeading } from "./view.ts";

/** Why a route cannot be shown. */
export interface PageProblem {
  readonly title: string;
  readonly text: string;
  /** Where the link below the text leads. */
  readonly next: PageRoute;
}

/** Creates the view that replaces one that cannot be shown. */
export function showProblem({ title, text, next }: PageProblem): PageView {
  const root = cloneTemplate("problem");
  const link = document.createElement("a");
  link.href = routeUrl(next);
  link.textContent = linkText(next);
  showHeading(root, title);
  find(root, ".lead", HTMLElement).textContent = text;
  find(root, ".next", HTMLElement).append(link);
  return { title, root };
}

function linkText(route: PageRoute): string {
  if (route.at === "city") return `Show the parties in ${route.city}`;
  return route.at === "home" ? "Start over" : "Try again";
}
