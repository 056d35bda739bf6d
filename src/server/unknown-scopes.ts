import type { GraphQLSchema } from "graphql";
import { quoted } from "../support/quote.ts";
import type { Log } from "./mask.ts";
import { schemaScopes } from "./usable-schema.ts";

/**
 * Logs a warning for each scope that everybody is granted and that no field needs: perhaps it is misspelled. Schemas without
 * scopes may look at them in resolvers only, so that nothing is known of theirs.
 */
export function warnOfUnknownScopes(
  schema: GraphQLSchema,
  { anonymous, log }: { readonly anonymous: readonly string[]; readonly log: Log },
): void {
  const known = schemaScopes(schema);
  if (known.length === 0) return;
  for (const scope of anonymous) {
    if (known.includes(scope)) continue;
    log(
      `Warning: no field of the schema needs the scope ${quoted(scope)} (AUTH_ANONYMOUS_SCOPES, signIn.anonymous). Its scopes are ${known.toSorted().join(", ")}.`,
    );
  }
}
