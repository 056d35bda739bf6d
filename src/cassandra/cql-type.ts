import { identifier } from "./identifier.ts";
import type { ColumnType } from "./type.ts";

/** A CQL type as a tree: `map<text, int>` has the name `map` and the arguments `text` and `int`. */
export interface CqlType {
  /** In lower case, unless it is quoted: then it is the name of a user-defined type, without the quotes. */
  readonly name: string;
  readonly isQuoted: boolean;
  readonly args: readonly CqlType[];
  /** The fields of a user-defined type, if they are known. */
  readonly fields?: readonly { readonly name: string; readonly type: CqlType }[];
}

/** Returns a native type, with arguments or without. */
export function cqlType(name: string, ...args: readonly CqlType[]): CqlType {
  return { name, isQuoted: false, args };
}

/**
 * Parses a CQL type in any spelling: `Map<TEXT,int>`, `frozen<"GeoPoint">`. The name of a custom type is a Java class
 * in single quotes, with the quotes.
 *
 * @throws SyntaxError if the text is not a CQL type
 */
export function parseType(text: string): CqlType {
  const tokens = text.match(/"(?:[^"]|"")*"|'[^']*'|[^\s<>,"']+|[<>,]/g) ?? [];
  let at = 0;
  const next = () => tokens[at++];
  const type = (): CqlType => {
    const token = next();
    if (token === undefined || "<>,".includes(token))
      throw new SyntaxError(`Not a CQL type: ${text}`);
    const isQuoted = token.startsWith('"');
    const bare = token.startsWith("'") ? token : token.toLowerCase();
    const name = isQuoted ? token.slice(1, -1).replaceAll('""', '"') : bare;
    const args: CqlType[] = [];
    if (tokens[at] === "<") {
      do {
        at++;
        args.push(type());
      } while (tokens[at] === ",");
      if (next() !== ">") throw new SyntaxError(`Not a CQL type: ${text}`);
    }
    return { name, isQuoted, args };
  };
  const parsed = type();
  if (at !== tokens.length) throw new SyntaxError(`Not a CQL type: ${text}`);
  return parsed;
}

/** The native types without arguments. */
const nativeNames = new Set(
  `ascii bigint blob boolean counter date decimal double duration float inet int smallint text time timestamp timeuuid
  tinyint uuid varint`.split(/\s+/),
);

const collectionNames = new Set(["list", "set", "map"]);

/** Returns whether a native type has this name, with arguments or without. */
export function isTypeOfCql(name: string): boolean {
  return nativeNames.has(name) || collectionNames.has(name) || otherNames.has(name);
}

/** Other native types. `empty` is the type of the only column of an old compact table without columns. */
const otherNames = new Set(["varchar", "frozen", "tuple", "vector", "empty"]);

/** Returns the names of the user-defined types in a type. */
export function typeNames(type: CqlType): readonly string[] {
  return [...(isUserDefined(type) ? [type.name] : []), ...type.args.flatMap(typeNames)];
}

/**
 * Returns whether a type is user-defined, i.e. neither a native type nor the dimension of a vector nor a custom class.
 */
function isUserDefined({ name, isQuoted, args }: CqlType): boolean {
  return isQuoted || !(args.length > 0 || isTypeOfCql(name) || /^(\d+$|')/.test(name));
}

/**
 * Returns a type as the database spells it: `varchar` becomes `text`, and parts of a frozen type become frozen. Parts
 * of a vector become frozen too, although the database leaves those as they were written.
 */
export function canonicalType(text: string): string {
  return spellType(parseType(text), false);
}

function spellType(type: CqlType, isFrozen: boolean): string {
  const { name, args } = type;
  if (name === "frozen" && args.length === 1) return spellType(args[0]!, true);
  if (isUserDefined(type)) return isFrozen ? `frozen<${identifier(name)}>` : identifier(name);
  if (args.length === 0) return nativeName(type);
  const isTuple = name === "tuple";
  const inner = args
    .map((arg) => spellType(arg, isFrozen || isTuple || name === "vector"))
    .join(", ");
  const spelled = `${name}<${inner}>`;
  return isTuple || (isFrozen && collectionNames.has(name)) ? `frozen<${spelled}>` : spelled;
}

/**
 * Returns whether a column type matches the type that the database reports. Freezing is ignored, since it changes how a
 * value is stored, not the value. A user-defined type may have more fields in the database.
 */
export function isOfType(type: ColumnType, found: CqlType): boolean {
  if (found.name === "frozen") return isOfType(type, found.args[0]!);
  const { parts = [] } = type;
  if (found.fields) {
    const { fields } = found;
    return (
      type.udt === found.name &&
      parts.every(({ name, type: field }, at) => {
        const other = fields[at];
        return other?.name === name && isOfType(field, other.type);
      })
    );
  }
  const own = parsedCql(type);
  // The type of a custom class is known to the author of the column type only.
  if (own.name.startsWith("'")) return true;
  if (nativeName(own) !== nativeName(found)) return false;
  if (found.name === "vector" && own.args[1]?.name !== found.args[1]?.name) return false;
  const args = found.name === "vector" ? found.args.slice(0, 1) : found.args;
  return args.length === parts.length && args.every((arg, at) => isOfType(parts[at]!.type, arg));
}

function parsedCql(type: ColumnType): CqlType {
  let own = parsedTypes.get(type);
  if (!own) {
    own = unfrozen(parseType(type.cql));
    parsedTypes.set(type, own);
  }
  return own;
}

const parsedTypes = new WeakMap<ColumnType, CqlType>();

function unfrozen(type: CqlType): CqlType {
  return type.name === "frozen" && type.args.length === 1 ? unfrozen(type.args[0]!) : type;
}

function nativeName({ name }: CqlType): string {
  return name === "varchar" ? "text" : name;
}
