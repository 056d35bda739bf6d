import { PothosSchemaError } from "@pothos/core";

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
