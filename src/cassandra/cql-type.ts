import { identifier } from "./identifier.ts";
import type { ColumnType } from "./type.ts";

/** A CQL type as a tree: `map<text, int>` has the name `map` and the arguments `text` and `int`. */
export interface CqlType {
  /** In lower case, unless it is quoted: then it is a user-defined type's, without its quotes. */
  readonly name: string;
  readonly isQuoted: boolean;
  readonly args: readonly CqlType[];
  /** Of a user-defined type, where they are known. */
  readonly fields?: readonly { readonly name: string; readonly type: CqlType }[];
}

/** A type of CQL itself: `list` of its arguments, `int` of none. */
export function cqlType(name: string, ...args: readonly CqlType[]): CqlType {
  return { name, isQuoted: false, args };
}

/**
 * Reads a CQL type, however it is spelled: `Map<TEXT,int>`, `frozen<"GeoPoint">`. A custom one is the name of a Java class
 * in single quotes, which it keeps.
 *
 * @throws SyntaxError if it is none
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

/** Types that CQL has by itself, without arguments. */
const natives = new Set(
  `ascii bigint blob boolean counter date decimal double duration float inet int smallint text time timestamp timeuuid
  tinyint uuid varint`.split(/\s+/),
);

const collections = new Set(["list", "set", "map"]);

/** Whether CQL itself has a type of this name, with arguments or without. */
export function isTypeOfCql(name: string): boolean {
  return natives.has(name) || collections.has(name) || others.has(name);
}

/** `empty` is the type of the only column of an old compact table without any. */
const others = new Set(["varchar", "frozen", "tuple", "vector", "empty"]);

/** The names of user-defined types in a type. */
export function typeNames(type: CqlType): readonly string[] {
  return [...(isUserDefined(type) ? [type.name] : []), ...type.args.flatMap(typeNames)];
}

/** Whether a name is not one of CQL's types, a vector's number or a custom class. */
function isUserDefined({ name, isQuoted, args }: CqlType): boolean {
  return isQuoted || !(args.length > 0 || isTypeOfCql(name) || /^(\d+$|')/.test(name));
}

/**
 * Returns a type as the database spells it: `varchar` is `text`, and what is within something frozen is frozen. What is
 * within a vector, too: there the database leaves it as it was written.
 */
export function canonicalType(text: string): string {
  return spell(parseType(text), false);
}

function spell(type: CqlType, isFrozen: boolean): string {
  const { name, args } = type;
  if (name === "frozen" && args.length === 1) return spell(args[0]!, true);
  if (isUserDefined(type)) return isFrozen ? `frozen<${identifier(name)}>` : identifier(name);
  if (args.length === 0) return nativeName(type);
  const isTuple = name === "tuple";
  const inner = args.map((arg) => spell(arg, isFrozen || isTuple || name === "vector")).join(", ");
  const spelled = `${name}<${inner}>`;
  return isTuple || (isFrozen && collections.has(name)) ? `frozen<${spelled}>` : spelled;
}

/**
 * Whether a column type is of the type that a database says. Whether either is frozen does not count: that is how a value
 * is kept, not what it is. A user-defined type may have got more fields since.
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
  const own = ownType(type);
  // What a custom class is, its name alone tells, which whoever made the type knows.
  if (own.name.startsWith("'")) return true;
  if (nativeName(own) !== nativeName(found)) return false;
  if (found.name === "vector" && own.args[1]?.name !== found.args[1]?.name) return false;
  const args = found.name === "vector" ? found.args.slice(0, 1) : found.args;
  return args.length === parts.length && args.every((arg, at) => isOfType(parts[at]!.type, arg));
}

function ownType(type: ColumnType): CqlType {
  let own = parsed.get(type);
  if (!own) {
    own = unfrozen(parseType(type.cql));
    parsed.set(type, own);
  }
  return own;
}

const parsed = new WeakMap<ColumnType, CqlType>();

function unfrozen(type: CqlType): CqlType {
  return type.name === "frozen" && type.args.length === 1 ? unfrozen(type.args[0]!) : type;
}

function nativeName({ name }: CqlType): string {
  return name === "varchar" ? "text" : name;
}
