import { builder } from "../builder.ts";
import type { Admit } from "../order/index.ts";
import { showEach } from "../pothos/index.ts";

/**
 * Takes rows as a page shows them: what another program has put there and cannot be represented is as if it were not there.
 * For whoever is about to change or delete a row, and for lists.
 */
export const admit: Admit = (row, table) => showEach(builder, table, row);
