/** The scope of operators. Nobody has it without signing in. */
export const OPERATOR = "operator";
