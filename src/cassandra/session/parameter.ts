import { isOfType } from "../cql-type.ts";
import { InvalidValue } from "../error.ts";
import type { Fragment } from "../statement.ts";
import type { ColumnType } from "../type.ts";
import { typeNamed } from "../types/named.ts";
import { Unreadable } from "../unreadable.ts";
import { cqlTypeOf, type DriverType } from "./driver-type.ts";
import { typeMismatch } from "./type-mismatch.ts";

/** A parameter as the driver gets it. The driver asks for its bytes when it knows the type that the server expects. */
export abstract class Parameter {
  abstract bytes(expected: DriverType | undefined): Buffer | null;
}

/** A value of a model's column. */
export class TypedParameter extends Parameter {
  readonly #type: ColumnType;
  readonly #value: unknown;
  #encoded: Buffer | null | undefined;

  constructor(type: ColumnType, value: unknown) {
    super();
    this.#type = type;
    this.#value = value;
  }

  override bytes(expected: DriverType | undefined): Buffer | null {
    if (expected && !isExpected(this.#type, expected)) throw typeMismatch(this.#type, expected);
    return this.encoded();
  }

  /** Returns the bytes whatever type the server expects. The value is encoded once. */
  encoded(): Buffer | null {
    this.#encoded = this.#encoded === undefined ? this.#encode() : this.#encoded;
    return this.#encoded;
  }

  #encode(): Buffer | null {
    const value = this.#value;
    if (value === null || value === undefined) return null;
    if (value instanceof Unreadable) return value.bytes;
    const bytes = this.#type.encode(value);
    // The caller could change its array while a read waits that others share.
    return ArrayBuffer.isView(value) ? Buffer.from(bytes) : bytes;
  }
}

/** A value of raw CQL, which is checked and encoded by the type that the server expects. */
class LooseParameter extends Parameter {
  readonly #value: unknown;

  constructor(value: unknown) {
    super();
    this.#value = value;
  }

  override bytes(expected: DriverType | undefined): Buffer | null {
    const value = this.#value;
    if (value === null) return null;
    if (value === undefined) {
      // As null, it would remove what is stored.
      throw new InvalidValue("WRONG_TYPE", "must be null or a value: it is undefined");
    }
    if (value instanceof Unreadable) return value.bytes;
    if (!expected) {
      throw new InvalidValue(
        "WRONG_TYPE",
        "must have its own parameter marker: there are more values than markers",
      );
    }
    const type = typeNamed(cqlTypeOf(expected));
    if (type) return type.encode(type.match(value));
    if (value instanceof Uint8Array) return Buffer.from(value);
    throw new InvalidValue("WRONG_TYPE", "must be a Uint8Array: no type is known for it");
  }
}

/** Returns the parameters of a model's statement for the driver. */
export function parametersOf({
  params,
  types,
}: Pick<Fragment, "params" | "types">): TypedParameter[] {
  return params.map((value, at) => new TypedParameter(types[at]!, value));
}

/**
 * Returns the bytes of parameters as a text that says where it ends, so that it differs for different parameters.
 * Returns undefined if a parameter cannot be encoded.
 */
export function encodedParameters(params: readonly TypedParameter[]): string | undefined {
  let text = "";
  try {
    for (const param of params) {
      const bytes = param.encoded();
      text += bytes === null ? "-" : `${bytes.length}:${bytes.toString("latin1")}`;
    }
  } catch {
    return undefined;
  }
  return `${text}|`;
}

/** Returns the parameters of raw CQL for the driver. */
export function looseParameters(params: readonly unknown[]): unknown[] {
  return params.map((value) => new LooseParameter(value));
}

/** Whether a model's type is the one that the server expects. Computed once per marker of a prepared statement. */
function isExpected(type: ColumnType, expected: DriverType): boolean {
  const known = compared.get(expected);
  if (known?.type === type) return known.isSame;
  const isSame = isOfType(type, cqlTypeOf(expected));
  compared.set(expected, { type, isSame });
  return isSame;
}

const compared = new WeakMap<DriverType, { readonly type: ColumnType; readonly isSame: boolean }>();
