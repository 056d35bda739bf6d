const numbers = new WeakMap<object, number>();
let last = 0;

/** Returns a number that stands for an object, and for no other one: so that a text can name it. */
export function numberOf(object: object): number {
  let number = numbers.get(object);
  if (number === undefined) numbers.set(object, (number = ++last));
  return number;
}
