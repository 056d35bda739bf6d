/**
 * A statement builder as a function of any arguments. Code that handles tables of any type calls builders through it,
 * where the compiler cannot know the columns.
 */
export type Untyped = (...args: readonly unknown[]) => unknown;
