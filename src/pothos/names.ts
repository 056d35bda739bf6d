import { PothosSchemaError } from "@pothos/core";

// Names come from tables and their users. These functions combine them, and never inflect them.

/** Returns a name that is valid in GraphQL. @throws PothosSchemaError if it is not, with `what` it names */
export function checkName(name: string, what: string): string {
  if (isName(name)) return name;
  throw new PothosSchemaError(
    `${what} has a name that is not valid in GraphQL ("${name}"): rename it by .as("name")`,
  );
}

/** Returns whether a name is valid in GraphQL. Names that begin with two underscores are reserved. */
export function isName(name: string): boolean {
  return /^(?!__)[_a-z]\w*$/i.test(name);
}

/** Returns a name in PascalCase, e.g. `GeoPoint` for `geo_point`. */
export function pascalCase(name: string): string {
  return name
    .split(/[^\p{L}\p{N}]+/u)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
}

/** Returns a code in PascalCase, e.g. `SoldOut` for `SOLD_OUT`. */
export function pascalCaseOfCode(code: string): string {
  return pascalCase(code === code.toUpperCase() ? code.toLowerCase() : code);
}

/** Returns the name of a type as the name of a field, e.g. `pageHit` for `PageHit`. */
export function camelCase(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}

/** Returns the name of a type in words, e.g. `page hit` for `PageHit`. */
export function nameInWords(name: string): string {
  return wordsIn(name).join(" ").toLowerCase();
}

/** Returns words with their indefinite article, e.g. `an event`. */
export function withArticle(words: string): string {
  return /^[aeio]/.test(words) ? `an ${words}` : `a ${words}`;
}

/** Returns a text with its first letter in upper case. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Returns the name of a type as a code, e.g. `PAGE_HIT` for `PageHit`. */
export function constantCase(name: string): string {
  return wordsIn(name).join("_").toUpperCase();
}

function wordsIn(name: string): readonly string[] {
  return name
    .replace(/(?<=[\p{Ll}\p{N}])(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/gu, "_")
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "");
}
