const objectNumbers = new WeakMap<object, number>();
let last = 0;

/** Returns a number that identifies an object, for use in a text. Equal for the same object only. */
export function objectNumber(object: object): number {
  let number = objectNumbers.get(object);
  if (number === undefined) objectNumbers.set(object, (number = ++last));
  return number;
}
