import { type Mutation, mutationsOf } from "./mutation.ts";

const AGREED = ["crates-ts/app/test/agreed.test.ts"];
const VERIFY = ["crates-ts/app/test/verify.test.ts"];
const LYING = ["crates-ts/app/test/lying-server.test.ts"];
const KNOWN = ["crates-ts/app/test/known-contracts.test.ts"];
const SITE = ["test/site.test.ts"];
const VIEWS = ["crates-ts/views/test/views.test.ts"];
const FEW = ["crates-ts/app/test/few-numbers.test.ts"];

/** The web app and the site: what servers and strangers can make of them, and of who looks at them. */
export const APP_MUTATIONS: readonly Mutation[] = [
	...mutationsOf("crates-ts/app/src/wallet/agreed.ts", AGREED, [
		["a wallet may be given another contract", "if (!isSame(to, expected))", "if (to === undefined)"],
		["a wallet may be given another chain", "if (chainId !== known.chainId)", "if (chainId < 0)"],
		["a wallet may be given another sender", "if (!isSame(from, shown.from))", "if (from === undefined)"],
		["a wallet may be asked for another amount", "|| BigInt(value) !== BigInt(shown.value)", ""],
		[
			"a wallet may be given another move",
			"if (call.functionName !== shown.function)",
			"if (call.functionName === undefined)",
		],
		[
			"a wallet may be given other arguments",
			"if (!fits(shown.args, call.args ?? []))",
			"if (call.args === undefined && shown.args.length > 0)",
		],
		[
			"fields of an argument are not looked at",
			"return Object.entries(known).every(([name, one]) => fits(one, fields[name]));",
			"return fields !== undefined;",
		],
	]),
	...mutationsOf("crates-ts/app/src/wallet/use-write.ts", LYING, [
		["what speaks against a transaction is not heard", "if (objection !== undefined)", "if (own < 0)"],
	]),
	...mutationsOf("crates-ts/app/src/wallet/wallet.ts", LYING, [
		[
			"a server may move the contracts of an open page",
			"contracts: { ...now.contracts, ...contracts?.contracts }",
			"contracts: now.contracts",
			KNOWN,
		],
	]),
	...mutationsOf("crates-ts/app/src/pages/account-page.ts", LYING, [
		[
			"another account's page pays it the visitor's money",
			"if (own?.toLowerCase() !== account.toLowerCase())",
			"if (own === null)",
		],
	]),
	...mutationsOf("crates-ts/app/src/live.ts", LYING, [
		[
			"what is no block is shown as one",
			"return isHead ? { number, hash, time } : undefined;",
			"return { number, hash, time };",
		],
		["every block of a flood is asked for", "if (waiting) return;", "waiting = false;"],
	]),
	...mutationsOf("crates-ts/app/src/components/boundary.ts", LYING, [
		[
			"a page that cannot be drawn takes the others along",
			'return { failedAt: failedAt === "" ? of : undefined };',
			'return { failedAt: failedAt === "" ? of : failedAt };',
		],
	]),
	...mutationsOf("crates-ts/app/src/components/h.ts", LYING, [
		[
			"links of a server may lead anywhere",
			"/^\\/(?:[\\w-]+(?:\\/[\\w-]+)*)?$/.test(href)",
			"href.length > 0",
		],
	]),
	...mutationsOf("crates-ts/app/src/checks/claim-check.ts", VERIFY, [
		[
			"a trace root that is another one agrees",
			"if (!found.isLazy && found.traceRoot !== claim.traceRoot)",
			"if (found.traceRoot === undefined)",
		],
	]),
	...mutationsOf("crates-ts/app/src/checks/recompute.ts", VERIFY, [
		[
			"other inputs than were asked are computed on",
			"meant.inputsRoot !== undefined && trace.inputsRoot !== meant.inputsRoot",
			"meant.inputsRoot === null",
		],
	]),
	...mutationsOf("crates-ts/views/src/text.ts", VIEWS, [
		[
			"text from the right turns around what stands beside it",
			// biome-ignore lint/suspicious/noTemplateCurlyInString: it is text of the file
			"? `\\u2068${shown}\\u2069`",
			"? shown",
		],
	]),
	...mutationsOf("crates-ts/views/src/tensor-view.ts", VIEWS, [
		["an index does not say where counting begins", ", counted from 0", ""],
		["a flattened picture is folded askew", "root * root === length &&", "root * root > length &&"],
		["the only number has an index among others", "if (of === 1)", "if (of === 0)"],
	]),
	...mutationsOf("crates-ts/views/src/tensor-view.ts", FEW, [
		["a few numbers are drawn as large blocks", "plane.rows <= FEW &&", "plane.rows <= 0 &&"],
	]),
	...mutationsOf("crates-ts/app/src/components/tensor-map.ts", FEW, [
		[
			"what is read of a few numbers is not outlined where they stand",
			"cells.x + column * cells.right",
			"column",
		],
		["a large number does not fit its cell", "Math.ceil(CHARACTER * longest)", "Math.ceil(CHARACTER)"],
		["one number fills a column of the page", "LARGEST_SCALE * width", "10 * width"],
	]),
	...mutationsOf("docs/site/markdown.ts", SITE, [
		["documents may be HTML", "html: false", "html: true"],
		["two headings of a name have one anchor", "return times === 0 ? plain", "return times >= 0 ? plain"],
	]),
	...mutationsOf("docs/site/links.ts", SITE, [
		["links may lead to headings that nobody wrote", "return found === true ? []", "return target ? []"],
		[
			"links may lead to files that are not there",
			"return existsSync(join(ROOT, target.path)) ? []",
			"return target.path ? []",
		],
	]),
];
