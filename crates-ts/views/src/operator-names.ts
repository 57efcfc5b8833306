import type { Program } from "@umpire/operators/program.ts";
import { foreign } from "./text.ts";

/**
 * A short name for every operator of a program: the layer that its first ONNX node belongs to ("conv2" of
 * "/conv2/Conv + /relu2/Relu"), longer where two would be called the same, and with the number where nothing else
 * tells them apart.
 */
export function operatorNames(program: Pick<Program, "operators">): string[] {
	const paths = program.operators.map(({ node }) =>
		node
			.split(" + ")[0]
			.split("/")
			.filter((part) => part !== ""),
	);
	const layer = paths.map((path, i) => path.at(-2) ?? path.at(-1) ?? program.operators[i].opType);
	const longer = paths.map((path, i) => path.slice(-2).join("/") || program.operators[i].opType);
	const isAlone = tally(layer);
	const isLongerAlone = tally(longer);
	return paths.map((_, i) => {
		if (isAlone(layer[i])) return foreign(layer[i]);
		return foreign(isLongerAlone(longer[i]) ? longer[i] : `${longer[i]} ${i}`);
	});
}

function tally(names: readonly string[]): (name: string) => boolean {
	const counts = new Map<string, number>();
	for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
	return (name) => counts.get(name) === 1;
}
