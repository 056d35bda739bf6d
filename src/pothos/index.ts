import "./global-types.ts";
import "./schema-builder.ts";
import "./field-builder.ts";
import SchemaBuilder, { BasePlugin, type SchemaTypes } from "@pothos/core";
import { scalars } from "./scalars.ts";

export { partitionArguments, partitionOf, rowArguments, rowOf } from "./arguments.ts";
export {
  checkPage,
  type Connection,
  connectionOf,
  type Page,
  type PageArguments,
  pageArguments,
  pageSize,
} from "./connection.ts";
export { badArgument, bridgeCodes, checkArgument, clientError, errorsOf } from "./error.ts";
export { connectionRef } from "./refs.ts";
export { describeKey } from "./schema-builder.ts";
export type { CassandraScalars } from "./scalars.ts";
export { skip, takeSkipped } from "./skipped.ts";

/** The plugin's name, for a builder's `plugins`. It stands on the relay plugin's connection types: name both. */
const cassandra = "cassandra";
export default cassandra;

/** Gives a builder the scalars of column types; the rest is in the methods that it adds to the builders. */
export class CassandraPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override beforeBuild(): void {
    for (const [name, scalar] of Object.entries(scalars)) {
      if (!this.builder.configStore.hasImplementation(name)) {
        this.builder.addScalarType(name as never, scalar as never);
      }
    }
  }
}

SchemaBuilder.registerPlugin(cassandra, CassandraPlugin);
