import { type RawRow, type Session, type Table } from "../cassandra/index.ts";
import { checkPartition, describeArgument, readerOf } from "../pothos/arguments.ts";
import { type Builder, pluginOptions } from "../pothos/builder-options.ts";
import { inputOf } from "../pothos/columns.ts";
import { badArgument, checkArgument } from "../pothos/error.ts";
import { type FieldBuilder, generatedField } from "../pothos/fields/generated.ts";
import { tableObjectOf } from "../pothos/refs.ts";
import { selectionOf } from "../pothos/selection.ts";
import { showRow } from "../pothos/shown.ts";
import { findStoredKey } from "../pothos/stored-key.ts";

/** How many rows can be read by their keys at once. */
export const MOST_KEYS = 50;

/**
 * Returns a field that reads several rows of a table whose key is one column. The list has as many items as there are keys,
 * in their order: null for a row that does not exist. One that cannot be read does not fail the others.
 *
 * @param argument the name of the argument with the keys
 */
export function rowsByKeyField(
  t: FieldBuilder,
  table: Table,
  { argument }: { readonly argument: string },
): never {
  const { builder } = t;
  const session = pluginOptions(builder).session as (context: object) => Session;
  const [name] = table.partition;
  const column = { table, name: name! };
  const readKeys = keysReader(builder, table, { argument });
  return generatedField(
    t,
    {
      method: "t.row",
      table,
      type: [tableObjectOf(builder, table).ref] as never,
      nullable: { list: false, items: true } as never,
      description: `As many rows as keys, in their order; null for a row that does not exist. At most ${MOST_KEYS}.`,
      keyArguments: {},
      args: {
        [argument]: t.arg({
          type: [inputOf(builder, column)] as never,
          required: true,
          description: describeArgument(builder, column),
        }),
      },
      extension: { keys: argument },
      async run({ args, context, info }) {
        const { columns, shown } = selectionOf(info);
        const from = session(context);
        return readKeys(args).map(async (key) => {
          const found = await findStoredKey(from, { table, key, asked: [name!] });
          const row: RawRow | undefined = await from.load(table, found as never, {
            columns: columns as never,
          });
          return row ? showRow(builder, { table, row, columns: shown }) : null;
        });
      },
    },
    {},
  );
}

/** Returns a function that returns the keys in an argument. It throws a GraphQLError `BAD_USER_INPUT` for an invalid one. */
function keysReader(
  builder: Builder,
  table: Table,
  { argument }: { readonly argument: string },
): (args: RawRow) => readonly RawRow[] {
  const [name] = table.partition;
  const read = readerOf(builder, { table, name: name!, rule: "lookup" });
  return (args) => {
    const given = args[argument] as readonly unknown[];
    if (given.length > MOST_KEYS) {
      throw badArgument(
        [argument],
        `must have at most ${MOST_KEYS} items, but has ${given.length}`,
      );
    }
    return given.map((each, at) => {
      const key = { [name!]: checkArgument([argument, String(at)], () => read(each)) };
      checkPartition(table, key, { asked: [name!] });
      return key;
    });
  };
}
