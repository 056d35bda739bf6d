import { PothosSchemaError } from "@pothos/core";
import { GraphQLError } from "graphql";
import { dataNames, type RawRow, type Table } from "../../cassandra/index.ts";
import { showOf } from "../admit.ts";
import { fieldNameOf } from "../columns.ts";
import { capital, constantCase, withArticle, wordsOf } from "../names.ts";
import { liveOf } from "../builder-options.ts";
import { columnChanged } from "../outcomes/column.ts";
import { version } from "../outcomes/row.ts";
import { neededColumns, shownColumns, tableObjectOf } from "../refs.ts";
import { type FieldBuilder, generatedField } from "./generated.ts";
import { type FromFunctions, rowKey } from "./key.ts";

interface WatchFieldOptions {
  readonly from?: FromFunctions;
}

/** A version of a row, as a subscriber is given it. */
interface Version {
  readonly row: RawRow;
  readonly asOf: bigint | null;
}

/**
 * `t.watch`.
 *
 * @param column what is watched; undefined: all that the object shows
 */
export function watchField(
  t: FieldBuilder,
  table: Table,
  column: string | undefined,
  options: WatchFieldOptions = {},
) {
  const { from, ...passedOn } = options;
  const { builder } = t;
  const live = liveOf(builder, "t.watch");
  const object = tableObjectOf(builder, table);
  const shown = shownColumns(object);
  checkWatched(table, column, shown);
  const words = wordsOf(object.name);
  const key = rowKey(t, table, from);
  const columns = column === undefined ? shown : [column];
  const view = {
    columns,
    // The row is told as it was in the moment of the version.
    beside: neededColumns(object).filter((name) => !columns.includes(name)),
    admit: showOf(builder, table),
  };
  const { type, resolve } = told();
  const code = `${constantCase(object.name)}_NOT_FOUND`;
  const what =
    column === undefined
      ? `${capital(withArticle(words))}`
      : `\`${fieldNameOf(table, column)}\` of ${withArticle(words)}`;

  function told() {
    if (column === undefined) {
      const { ref, of } = version(object);
      return { type: ref, resolve: ({ row, asOf }: Version) => of(row, asOf) };
    }
    const { ref, of } = columnChanged(object, column);
    return { type: ref, resolve: ({ row }: Version) => of(row, () => Promise.resolve(row)) };
  }

  return generatedField(
    t,
    {
      method: "t.watch",
      table,
      type,
      nullable: false,
      description: `${what}: the present version at once, then the newest each time that there is a newer one. Completes when the ${words} is deleted. Fails with \`${code}\` if there is none.`,
      keyArguments: key.args,
      args: {
        since: t.arg({
          type: "WriteTime" as never,
          required: false,
          description:
            "The `asOf` of the version that you have: if that is the present one, only newer ones are sent.",
        } as never),
      },
      async run(parent, args, context) {
        const row = key.read(parent, args, context);
        const since = (args["since"] as bigint | null | undefined) ?? undefined;
        const versions = await live(context).watch(table, row, { ...view, since } as never);
        if (versions) return versions;
        const message = `There is no ${words} of this key.`;
        throw new GraphQLError(message, { extensions: { code } });
      },
      resolve,
    },
    passedOn,
  );
}

/** @throws PothosSchemaError for what cannot be watched */
function checkWatched(table: Table, column: string | undefined, shown: readonly string[]): void {
  if (column === undefined && shown.length > 0) return;
  if (column !== undefined && dataNames(table).includes(column)) return;
  const why = column === undefined ? "shows no column outside its key" : `cannot watch "${column}"`;
  throw new PothosSchemaError(
    `Table "${table.name}": t.watch ${why}. It can watch ${dataNames(table).join(", ") || "none"}.`,
  );
}
