import type { Page } from "playwright-core";
import type { Key } from "../fixtures/parties.ts";

/** Selectors of the counter's buttons. */
export const [MINUS, PLUS, ADD_ME] = [
  "role=button[name='Count one out, −1']",
  "role=button[name='Count one in, +1']",
  "role=button[name='Count me in']",
] as const;

/** Returns the page's URL with a query. */
export function address(
  app: { readonly url: string },
  query: Readonly<Record<string, string>>,
): URL {
  return new URL(`/?${new URLSearchParams(query)}`, app.url);
}

/** Returns the URL of a party on the page. */
export function partyAddress(app: { readonly url: string }, { city, id }: Key): URL {
  return address(app, { city, party: id });
}

/** Returns the count that the wheels inside an element show. Default: the count of an open party. */
export async function countOn(page: Page, inside = ".hero"): Promise<number> {
  const digits = await page.locator(`${inside} .wheel .digit:last-child`).allTextContents();
  return Number(digits.join("").replace("−", "-"));
}

/** Returns the selector of a party in a list. */
export function rowOf(name: string): string {
  return `.parties li:has-text(${JSON.stringify(name)})`;
}

/** Starts recording what the wheels of an open party show. Returns a function that returns the recorded counts. */
export async function recordCounts(page: Page): Promise<() => Promise<readonly number[]>> {
  await page.evaluate(`
    const wheels = document.querySelector(".hero .wheels");
    globalThis.shown = [];
    new MutationObserver(() => {
      const digits = [...wheels.children].map((wheel) => wheel.lastElementChild.textContent);
      shown.push(Number(digits.join("")));
    }).observe(wheels, { childList: true, subtree: true });
  `);
  return () => page.evaluate("shown");
}
