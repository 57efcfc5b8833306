import type { Hex } from "@umpire/commitment/constants.ts";
import type { Arbiter } from "../src/arbiter.ts";

/**
 * The same arbiter, which remembers what it has said: an exploration asks it the same few questions of one
 * program millions of times. Only for questions about the words and descriptors of one claimed trace.
 */
export function memoArbiter(arbiter: Arbiter): Arbiter {
	const nodes = new WeakMap<readonly bigint[], Hex>();
	const answers = new Map<string, { readonly value: unknown } | { readonly error: unknown }>();
	const remembered = <T>(key: string, ask: () => T): T => {
		let answer = answers.get(key);
		if (answer === undefined) {
			answer = answerOf(ask);
			answers.set(key, answer);
		}
		if ("error" in answer) throw answer.error;
		return answer.value as T;
	};
	return {
		leafNode(width, count, words) {
			const known = nodes.get(words);
			if (known !== undefined) return known;
			const node = arbiter.leafNode(width, count, words);
			nodes.set(words, node);
			return node;
		},
		shape: (header, operator, opening) =>
			remembered(`shape ${header.operatorsRoot} ${operator} ${opening.descriptor}`, () =>
				arbiter.shape(header, operator, opening),
			),
		inputShape: (header, operator, opening, input) => arbiter.inputShape(header, operator, opening, input),
		partCount: (header, operator, opening, element) =>
			remembered(`parts ${header.operatorsRoot} ${operator} ${element} ${opening.descriptor}`, () =>
				arbiter.partCount(header, operator, opening, element),
			),
		checkPartials: (published) => {
			const { header, operator, element, words, partials } = published;
			const key = `partials ${header.operatorsRoot} ${operator} ${element} ${words.join()} ${partials.join()}`;
			return remembered(key, () => arbiter.checkPartials(published));
		},
		judge: (what, settlement) =>
			remembered(
				`judge ${what.header.operatorsRoot} ${what.operator} ${what.leaf} ${what.inParts} ${settlement.words.join()} ${settlement.element} ${settlement.part} ${settlement.partials.join()} ${settlement.evidence.length}`,
				() => arbiter.judge(what, settlement),
			),
		judgeAt: (what, location, settlement) => arbiter.judgeAt(what, location, settlement),
	};
}

function answerOf<T>(ask: () => T): { readonly value: T } | { readonly error: unknown } {
	try {
		return { value: ask() };
	} catch (error) {
		return { error };
	}
}
