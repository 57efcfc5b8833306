/** The two circuits (docs/protocol.md section 4). */
export const CIRCUITS = ["dot", "elements"] as const;
export type CircuitName = (typeof CIRCUITS)[number];
