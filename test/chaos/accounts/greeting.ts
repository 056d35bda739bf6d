/** Printed by a server of accounts when it is ready. */
export const GREETING = "The accounts are ready.";
