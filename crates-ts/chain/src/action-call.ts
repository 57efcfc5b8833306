import type { Action, InputAction } from "@umpire/game/move.ts";
import { headerToAbi } from "@umpire/operators/program-commitment.ts";
import type { Contracts } from "./contracts.ts";
import type { Call } from "./send.ts";

/** The contract call that makes a move of the game. */
export function callOf(on: Contracts, action: Action): Call {
	if (action.type === "register") {
		const { header, meaning } = headerToAbi(action.header);
		return { contract: on.registry, functionName: "register", args: [header, meaning] };
	}
	const value = "value" in action ? { value: action.value } : {};
	const contract = isInputAction(action) ? on.inputs : on.umpire;
	return { contract, functionName: action.type, args: argumentsOf(action), ...value };
}

/** The arguments in the order of contracts/interfaces. */
function argumentsOf(action: Exclude<Action, { type: "register" }>): readonly unknown[] {
	switch (action.type) {
		case "request":
			return [action.program, action.inputsRoot, action.deadline, action.consumer];
		case "claim":
			return [action.request, action.traceRoot, action.opening];
		case "bindTrace":
			return [action.claim, action.traceRoot, action.operatorPath, action.stepPath];
		case "finalise":
			return [action.claim];
		case "refund":
			return [action.request];
		case "withdraw":
			return [];
		case "challenge":
			return [action.claim, action.entry];
		case "enter":
			return [action.dispute, action.entry];
		case "open":
			return [action.tree, action.childLevel, action.children];
		case "descend":
			return [action.dispute, action.index, action.child, action.path, action.entry];
		case "publishLeaf":
			return [action.width, action.count, action.words];
		case "name":
			return [action.dispute, action.element, action.operator];
		case "publishPartials":
			return [action.dispute, action.partials, action.operator, action.row, action.words];
		case "settle":
			return [action.dispute, action.settlement];
		case "settleDirectly":
			return [action.claim, action.beneficiary, action.location, action.settlement];
		case "timeout":
		case "reclaim":
			return [action.dispute];
		case "demandInput":
			return [action.claim, action.input, action.chunk, action.operator, action.opening];
		case "answerInput":
			return [action.demand, action.words, action.path, action.inputPath];
		case "collectAnswered":
		case "timeoutInput":
		case "reclaimInput":
			return [action.demand];
	}
}

/** The moves of contracts/interfaces/IInputs.sol. */
function isInputAction(action: Action): action is InputAction {
	return INPUT_MOVES.has(action.type);
}

const INPUT_MOVES: ReadonlySet<string> = new Set<InputAction["type"]>([
	"demandInput",
	"answerInput",
	"collectAnswered",
	"timeoutInput",
	"reclaimInput",
]);
