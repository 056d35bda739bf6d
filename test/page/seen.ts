import type { Page } from "playwright-core";
import type { Key } from "../fixtures/parties.ts";

/** The buttons of a counter. */
export const [MINUS, PLUS, ADD_ME] = [
  "role=button[name='Count one out, −1']",
  "role=button[name='Count one in, +1']",
  "role=button[name='Count me in']",
] as const;

/** The address of a city's parties on the page, or of one of them. */
export function address(
  app: { readonly url: string },
  query: Readonly<Record<string, string>>,
): URL {
  return new URL(`/?${new URLSearchParams(query)}`, app.url);
}

/** The address of a party. */
export function partyAddress(app: { readonly url: string }, { city, id }: Key): URL {
  return address(app, { city, party: id });
}

/** The count that a person sees on the wheels inside of an element. Default: that of the one party shown. */
export async function countOn(page: Page, inside = ".hero"): Promise<number> {
  const digits = await page.locator(`${inside} .wheel .digit:last-child`).allTextContents();
  return Number(digits.join("").replace("−", "-"));
}

/** The row of a party in a list. */
export function rowOf(name: string): string {
  return `.parties li:has-text(${JSON.stringify(name)})`;
}

/** Each time the wheels of the party shown turn, what they show then, from now on. */
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
