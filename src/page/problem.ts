import { addressOf, type Place } from "./address.ts";
import { find, part } from "./part.ts";
import { showHeading, type View } from "./view.ts";

/** What is shown in the place of what was asked for: what is the matter, and where to go from there. */
export function showProblem(title: string, text: string, next: Place): View {
  const root = part("problem");
  const link = document.createElement("a");
  link.href = addressOf(next);
  link.textContent = labelOf(next);
  showHeading(root, title);
  find(root, ".lead", HTMLElement).textContent = text;
  find(root, ".next", HTMLElement).append(link);
  return { title, root };
}

function labelOf(place: Place): string {
  if (place.at === "city") return `See what there is in ${place.city}`;
  return place.at === "home" ? "Begin anew" : "Try again";
}
