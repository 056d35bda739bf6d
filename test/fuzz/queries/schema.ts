import SchemaBuilder from "@pothos/core";
import RelayPlugin from "@pothos/plugin-relay";
import ScopeAuthPlugin from "@pothos/plugin-scope-auth";
import { GraphQLError, GraphQLScalarType, type GraphQLSchema } from "graphql";
import type { Session } from "../../../src/cassandra/index.ts";
import CassandraPlugin, {
  type CassandraScalars,
  scalarForm,
  type Viewer,
  viewerScopes,
  type ViewerScopes,
} from "../../../src/pothos/index.ts";
import type { Random } from "../../chaos/random.ts";
import type { FuzzTables } from "./tables.ts";

/** The context of the operations. That of a server has more. */
export interface FuzzContext {
  readonly session: Session;
  readonly viewer: Viewer;
}

interface FuzzTypes {
  Context: FuzzContext;
  Scalars: CassandraScalars;
  AuthScopes: ViewerScopes & { staff: boolean };
  DefaultFieldNullability: false;
}

/** Choices that make schemas differ. */
export interface SchemaChoices {
  readonly cursorType: "String" | "ID";
  readonly hasNullableRows: boolean;
}

export function chooseSchema(random: Random): SchemaChoices {
  return { cursorType: random.of(["String", "ID"]), hasNullableRows: random.chance(0.3) };
}

const Money = new GraphQLScalarType<bigint, string>({
  name: "Money",
  serialize: (cents) => `${Number(cents) / 100} €`,
});

const Unspeakable = new GraphQLScalarType<number, unknown>({
  name: "Unspeakable",
  serialize: (value) => (value === 13 ? BigInt(13) : value === 0 ? undefined : value),
});

function createFuzzBuilder({ cursorType, hasNullableRows }: SchemaChoices) {
  const nullable = hasNullableRows;
  return new SchemaBuilder<FuzzTypes>({
    plugins: [ScopeAuthPlugin, RelayPlugin, CassandraPlugin],
    defaultFieldNullability: false,
    scopeAuth: {
      ...viewerScopes,
      authScopes: (context) => ({
        ...viewerScopes.authScopes(context),
        staff: context.viewer.claims["staff"] === true,
      }),
    },
    // The types of a builder fix these, which are chosen here.
    relay: {
      cursorType,
      nodesOnConnection: true,
      edgesFieldOptions: { nullable },
      nodeFieldOptions: { nullable },
    } as never,
    cassandra: {
      session: ({ session }) => session,
      forms: { money: scalarForm(Money), unspeakable: scalarForm(Unspeakable) },
    },
  });
}

type FuzzBuilder = ReturnType<typeof createFuzzBuilder>;

/** Returns a schema with generated fields of all kinds, and with what users add to them. */
export function createFuzzSchema(tables: FuzzTables, choices: SchemaChoices): GraphQLSchema {
  const builder = createFuzzBuilder(choices);
  const Noted = builder.interfaceRef<{ readonly note: string | null }>("Noted");
  Noted.implement({
    resolveType: (value) => ("device" in value ? "Sample" : "Hall"),
    fields: (t) => ({ note: t.exposeString("note", { nullable: true }) }),
  });
  const interfaces = [Noted] as never;
  const { Specimen, Sample, Hall, Hit, Letter, Coin, Essay } = tables;
  builder.tableObject("Specimen", Specimen, {
    interfaces,
    fields: (t) => ({
      label: t.string({
        extensions: { cassandra: { columns: ["level"] } },
        resolve: ({ level }) => `Level ${level}`,
      }),
      summary: t.string({ resolve: ({ needed, note }) => `${needed} ${note}` }),
    }),
  });
  builder.tableObject("Sample", Sample, { interfaces });
  builder.tableObject("Hall", Hall, {
    interfaces,
    fields: (t) => ({
      samples: t.partition(Sample, { from: { device: () => DEVICE } }),
      twice: t.int({ resolve: ({ size }) => size * 2 }),
    }),
  });
  builder.tableObject("Hit", Hit);
  builder.tableObject("Letter", Letter, { columns: { sealed: false } });
  builder.tableObject("Coin", Coin);
  builder.tableObject("Essay", Essay);
  builder.tableObject("Simple", tables.Simple);
  builder.tableObject("Exact", tables.Exact);
  builder.tableObject("Made", tables.Made);
  builder.tableObject("Account", tables.Account);
  builder.tableObject("Member", tables.Member, { authScopes: { scope: "members" } });
  builder.tableObject("Seat", tables.Seat, { plural: "Seats" });
  builder.tableObject("Deposit", tables.Deposit, {
    scopes: true,
    columns: { pin: { scope: "admin" }, hint: { authScopes: ({ rating }) => rating > 3 } },
  });
  builder.globalConnectionField("loaded", (t) =>
    t.int({ resolve: ({ edges }) => [...(edges as Iterable<unknown>)].length }),
  );
  addQueries(builder, tables, { Noted });
  return builder.toSchema({ sortSchema: false });
}

/** A device that has samples. */
export const DEVICE = "11111111-1111-4111-8111-111111111111";

function addQueries(
  builder: FuzzBuilder,
  tables: FuzzTables,
  { Noted }: { readonly Noted: NotedRef },
): void {
  builder.queryType({
    fields: (t) => ({
      ...specimenFields(t, tables),
      ...plainFields(t, tables),
      ...keyFields(t, tables),
      ...laneFields(t, tables),
      ...ownFields(t, builder, { Noted, tables }),
    }),
  });
}

type NotedRef = ReturnType<FuzzBuilder["interfaceRef"]>;
type QueryFields = PothosSchemaTypes.QueryFieldBuilder<
  PothosSchemaTypes.ExtendDefaultTypes<FuzzTypes>,
  object
>;

function specimenFields(t: QueryFields, { Specimen }: FuzzTables) {
  return {
    specimen: t.row(Specimen),
    specimens: t.partition(Specimen, { range: true, order: true }),
    specimensOfKind: t.partition(Specimen, {
      args: { ofKind: t.arg.string(), since: t.arg({ type: "DateTime" }) },
      key: (_, { ofKind, since }) =>
        ofKind == null ? {} : { kind: ofKind, ...(since && { at: { gte: since } }) },
    }),
    specimensWrapped: t.partition(Specimen, { resolve: (next) => next() }),
  };
}

function plainFields(t: QueryFields, { Sample, Hall, Hit, Letter, Coin, Essay }: FuzzTables) {
  return {
    sample: t.row(Sample),
    samples: t.partition(Sample, { range: true, order: true }),
    samplesAt: t.partition(Sample, {
      args: { moment: t.arg({ type: "UUID", required: true }) },
      key: (_, { moment }) => ({ at: moment }),
    }),
    hall: t.row(Hall),
    hallGranted: t.row(Hall, { grantScopes: () => ["hall"] }),
    hit: t.row(Hit),
    hits: t.partition(Hit, { range: true }),
    myLetter: t.row(Letter, { from: { owner: (_, { viewer }) => viewer.id } }),
    myLetters: t.partition(Letter, {
      from: { owner: (_, { viewer }) => viewer.id },
      range: true,
      order: true,
    }),
    coin: t.row(Coin),
    coins: t.partition(Coin, { order: true }),
    essay: t.row(Essay),
    essays: t.partition(Essay),
  };
}

function keyFields(t: QueryFields, { Simple, Exact, Made }: FuzzTables) {
  return {
    simple: t.row(Simple),
    simples: t.partition(Simple, { range: true, order: true }),
    exact: t.row(Exact),
    exacts: t.partition(Exact, { range: true, order: true }),
    made: t.row(Made),
    mades: t.partition(Made, { range: true, order: true }),
  };
}

function laneFields(t: QueryFields, { Account, Member, Seat, SeatByPrice, Deposit }: FuzzTables) {
  return {
    account: t.row(Account),
    member: t.row(Member),
    seat: t.row(Seat),
    seats: t.partition(Seat, { range: true }),
    seatsByPrice: t.partition(SeatByPrice, { range: true, order: true }),
    deposit: t.row(Deposit),
    deposits: t.partition(Deposit),
    audited: t.row(Deposit, { scope: "audit" }),
    depositsOfStaff: t.partition(Deposit, { authScopes: { staff: true } }),
    depositsIf: t.partition(Deposit, {
      authScopes: (_, { bank }) => (bank === "Lima" ? { staff: true } : true),
    }),
  };
}

interface OwnParts {
  readonly Noted: NotedRef;
  readonly tables: FuzzTables;
}

/** Fields that no plugin generates. */
function ownFields(t: QueryFields, builder: FuzzBuilder, { Noted, tables }: OwnParts) {
  const { Sample, Hall, Seat } = tables;
  const Shop = builder.objectRef<{ readonly hall: string }>("Shop");
  Shop.implement({
    fields: (f) => ({
      hall: f.exposeString("hall"),
      seats: f.partition(Seat, { from: { hall: ({ hall }) => hall } }),
      row: f.row(Hall, { from: { name: ({ hall }) => hall } }),
    }),
  });
  const Thing = builder.unionType("Thing", {
    types: ["Hall", "Sample"] as never,
    resolveType: (value) => ("device" in (value as object) ? "Sample" : "Hall") as never,
  });
  const rows = async ({ session }: FuzzContext) => {
    const hall = await session.load(Hall, { name: "Globe" });
    const sample = await session.load(Sample, { device: DEVICE, at: MOMENT });
    return [hall, sample].filter((row) => row !== undefined);
  };
  return {
    shop: t.field({ type: Shop, resolve: () => ({ hall: "Globe" }) }),
    things: t.field({ type: [Thing], resolve: (_, __, context) => rows(context) as never }),
    noted: t.field({ type: [Noted], resolve: (_, __, context) => rows(context) as never }),
    hello: t.string({ resolve: () => "hello" }),
    refuses: t.string({
      nullable: true,
      resolve() {
        throw new GraphQLError("No.", { extensions: { code: "BAD_USER_INPUT" } });
      },
    }),
    breaks: t.string({
      resolve() {
        throw new Error("Broken");
      },
    }),
  };
}

/** The time of a sample of {@link DEVICE}. */
export const MOMENT = "50554d6e-29bb-11e5-b345-feff819cdc9f";

/** Wraps the resolvers of a schema's queries. No plan answers them then. */
export function withoutPlans(schema: GraphQLSchema): GraphQLSchema {
  for (const field of Object.values(schema.getQueryType()!.getFields())) {
    const { resolve } = field;
    if (resolve) field.resolve = (...given) => resolve(...given) as unknown;
  }
  return schema;
}
