import { SEED_LANES, SEED_MODULUS } from "@umpire/markets/seed.ts";
import type { GraphBuilder } from "@umpire/onnx/builder.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";

const FACTOR = 48271;
/** Schrage's method: with these no number on the way leaves 32 bits. */
const QUOTIENT = Math.floor(SEED_MODULUS / FACTOR);
const REMAINDER = SEED_MODULUS % FACTOR;

/**
 * Draws one number a lane: the next states of Lehmer's generator (docs/grid.md section 4), as int64 [35, 1].
 *
 * @returns the value "drawn", which is the states of the next step
 */
export function drawLanes(g: GraphBuilder): string {
	const states = g.input("states", "int64", [SEED_LANES, 1]);
	const whole = (name: string, value: number) => g.constant(name, tensorFrom("int64", [], [value]));
	const high = g.node("Div", [states, whole("quotient", QUOTIENT)]);
	const low = g.node("Sub", [states, g.node("Mul", [high, whole("quotient_again", QUOTIENT)])]);
	const next = g.node("Sub", [
		g.node("Mul", [low, whole("factor", FACTOR)]),
		g.node("Mul", [high, whole("remainder", REMAINDER)]),
	]);
	const positive = g.node("Greater", [next, whole("zero", 0)]);
	const missing = g.node("Where", [positive, whole("nothing", 0), whole("modulus", SEED_MODULUS)]);
	return g.node("Add", [next, missing], {}, "drawn", ["drawn"]);
}

/** Drawn numbers as reals that are uniform on (−1, 1): float32 [35, 1]. */
export function uniformLanes(g: GraphBuilder, drawn: string): string {
	const real = g.node("Cast", [drawn], { to: 1 });
	return g.node("Sub", [g.node("Mul", [real, g.scalar("lane_scale", 2 ** -30)]), g.scalar("lane_one", 1)]);
}

/** Drawn numbers as places in a table of so many rows: int64 [35]. */
export function placeLanes(g: GraphBuilder, drawn: string, rows: number): string {
	const share = g.constant("lane_share", tensorFrom("int64", [], [Math.ceil(SEED_MODULUS / rows)]));
	return g.node("Reshape", [g.node("Div", [drawn, share]), g.ints("lane_shape", [SEED_LANES])]);
}
