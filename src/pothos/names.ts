import { PothosSchemaError } from "@pothos/core";

// Names are given by tables and their users; here they are put together, and never inflected.

/** @throws PothosSchemaError if GraphQL cannot have a name, with what it is the name of */
export function checkName(name: string, what: string): string {
  if (isName(name)) return name;
  throw new PothosSchemaError(
    `${what} has no name that GraphQL could have ("${name}"): give it one by .as("name")`,
  );
}

/** Whether GraphQL can have a name; those that begin with two underscores are its own. */
export function isName(name: string): boolean {
  return /^(?!__)[_a-z]\w*$/i.test(name);
}

/** A name in PascalCase, e.g. `GeoPoint` for `geo_point`. */
export function pascalCase(name: string): string {
  return name
    .split(/[^\p{L}\p{N}]+/u)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
}

/** A code in PascalCase, e.g. `SoldOut` for `SOLD_OUT`. */
export function pascalCaseOfCode(code: string): string {
  return pascalCase(code === code.toUpperCase() ? code.toLowerCase() : code);
}

/** A name of a type as the name of a field, e.g. `pageHit` for `PageHit`. */
export function camelCase(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}

/** A name of a type as a person reads it, e.g. `page hit` for `PageHit`. */
export function wordsOf(name: string): string {
  return wordsIn(name).join(" ").toLowerCase();
}

/** Words with their article, e.g. `an event`. */
export function withArticle(words: string): string {
  return /^[aeio]/.test(words) ? `an ${words}` : `a ${words}`;
}

/** A text with a capital letter in front. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A name of a type as a code, e.g. `PAGE_HIT` for `PageHit`. */
export function constantCase(name: string): string {
  return wordsIn(name).join("_").toUpperCase();
}

function wordsIn(name: string): readonly string[] {
  return name
    .replace(/(?<=[\p{Ll}\p{N}])(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/gu, "_")
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "");
}
