import { int, ints } from "@umpire/graph/attributes.ts";
import { CompileError } from "@umpire/graph/errors.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import type { Graph, Node } from "@umpire/onnx/model.ts";
import { bodyOf, type Splice } from "./splice.ts";

/** More iterations than this would give programs that nobody can serve. */
const MOST_TRIPS = 4096;

export function graphAttribute(node: Node, name: string): Graph {
	const attribute = node.attributes.get(name);
	if (attribute?.type === "graph") return attribute.value;
	throw new CompileError(`it has no graph attribute ${name}`, { node, hint: "The model is inconsistent" });
}

function checkTrips(node: Node, trips: number): void {
	if (trips <= MOST_TRIPS) return;
	throw new CompileError(`it runs ${trips} iterations; at most ${MOST_TRIPS} are unrolled`, {
		node,
		hint: "Shorter sequences or an operator on the whole sequence would help",
	});
}

/** Concatenates what the iterations wrote, if anybody reads it. */
function collect(
	node: Node,
	output: string | undefined,
	values: readonly string[],
	axis: number,
	splice: Splice,
): void {
	if (!output) return;
	if (values.length === 0)
		throw new CompileError(`its output "${output}" has no elements: no iteration runs`, {
			node,
			hint: "Compile with input shapes for which the loop runs",
		});
	splice.stack(values, axis, output);
}

/** ONNX Loop that runs `trips` iterations, one copy of its body for each. */
export function unrollLoop(node: Node, trips: number, splice: Splice): void {
	checkTrips(node, trips);
	const body = bodyOf(graphAttribute(node, "body"));
	const count = body.inputs.length - 2;
	let states = node.inputs.slice(2, 2 + count);
	const written: string[][] = body.outputs.slice(1 + count).map(() => []);
	const condition = splice.constant(tensorFrom("bool", [], [1]));
	for (let i = 0; i < trips; i++) {
		const index = splice.constant(tensorFrom("int64", [], [i]));
		const results = splice.copy(body, [index, condition, ...states], String(i));
		states = results.slice(1, 1 + count);
		for (const [k, name] of results.slice(1 + count).entries()) written[k].push(name);
	}
	for (const [k, name] of states.entries()) splice.define(node.outputs[k], name);
	for (const [k, values] of written.entries()) collect(node, node.outputs[count + k], values, 0, splice);
}

/** The part of a Scan that its forms share: operands without the batch, one entry per scan input and output. */
interface ScanParts {
	readonly states: readonly string[];
	readonly scanned: readonly string[];
	readonly axes: readonly number[];
	readonly reversed: readonly boolean[];
	readonly trips: number;
	readonly part: string;
}

function scan(node: Node, parts: ScanParts, splice: Splice): { states: string[]; written: string[][] } {
	const body = bodyOf(graphAttribute(node, "body"));
	let states = [...parts.states];
	const count = states.length;
	const written: string[][] = body.outputs.slice(count).map(() => []);
	for (let i = 0; i < parts.trips; i++) {
		const slices = parts.scanned.map((name, k) =>
			splice.at(name, parts.reversed[k] ? parts.trips - 1 - i : i, parts.axes[k]),
		);
		const results = splice.copy(body, [...states, ...slices], `${parts.part}${i}`);
		states = results.slice(0, count);
		for (const [k, name] of results.slice(count).entries()) written[k].push(name);
	}
	return { states, written };
}

/** ONNX Scan of opset 9 and later; `shapes` are those of its scan inputs. */
export function unrollScan(node: Node, shapes: readonly (readonly number[])[], splice: Splice): void {
	const scans = int(node, "num_scan_inputs", 0);
	const count = node.inputs.length - scans;
	const scanned = node.inputs.slice(count);
	const axes = scanned.map((_, k) => {
		const axis = ints(node, "scan_input_axes")?.[k] ?? 0;
		return axis < 0 ? axis + shapes[k].length : axis;
	});
	const trips = shapes[0][axes[0]];
	checkTrips(node, trips);
	const reversed = scanned.map((_, k) => ints(node, "scan_input_directions")?.[k] === 1);
	const states = node.inputs.slice(0, count);
	const result = scan(node, { states, scanned, axes, reversed, trips, part: "" }, splice);
	for (const [k, name] of result.states.entries()) splice.define(node.outputs[k], name);
	for (const [k, values] of result.written.entries()) {
		const backwards = ints(node, "scan_output_directions")?.[k] === 1;
		const axis = ints(node, "scan_output_axes")?.[k] ?? 0;
		collect(node, node.outputs[count + k], backwards ? values.toReversed() : values, axis, splice);
	}
}

/** ONNX Scan of opset 8: operands have a batch in front, scan inputs their sequence second. */
export function unrollScan8(node: Node, shapes: readonly (readonly number[])[], splice: Splice): void {
	if (node.inputs[0]) {
		throw new CompileError("it has sequence_lens", {
			node,
			hint: "Scan of opset 8 compiles without; convert the model to opset 9 or later",
		});
	}
	const operands = node.inputs.slice(1);
	const scans = int(node, "num_scan_inputs", 0);
	const count = operands.length - scans;
	const [batch, trips] = shapes[0];
	checkTrips(node, trips * batch);
	const directions = ints(node, "directions");
	const results = Array.from({ length: batch }, (_, b) => {
		const row = operands.map((name) => splice.at(name, b, 0));
		const scanned = row.slice(count);
		const parts = {
			states: row.slice(0, count),
			scanned,
			axes: scanned.map(() => 0),
			reversed: scanned.map((_, k) => directions?.[k] === 1),
			trips,
			part: `${b}/`,
		};
		const { states, written } = scan(node, parts, splice);
		return [
			...states,
			...written.map((values, k) => (node.outputs[count + k] ? splice.stack(values, 0) : "")),
		];
	});
	for (const [k, output] of node.outputs.entries()) {
		collect(
			node,
			output,
			results.map((row) => row[k]),
			0,
			splice,
		);
	}
}
