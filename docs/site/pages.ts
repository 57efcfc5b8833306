/** How the commands of a page are held: by a test that runs them as they are written, or that understands them. */
export type Commands =
	/** The test file that runs what the page says. */
	| { readonly runBy: string }
	/** `test/documented-commands.test.ts` reads each: it is a command, with options that there are. Nothing is run. */
	| "understood"
	/** It tells what commands there were when something changed. */
	| "history"
	| "none";

export interface Page {
	/** From the root of the repository. */
	readonly source: string;
	readonly commands: Commands;
}

export interface Part {
	readonly title: string;
	readonly pages: readonly Page[];
}

const page = (source: string, commands: Commands = "none"): Page => ({ source, commands });
const doc = (name: string, commands: Commands = "none"): Page => page(`docs/${name}.md`, commands);
const understood = (name: string): Page => doc(name, "understood");

/** Public packages, whose READMEs are pages. */
const PACKAGES = [
	...["sdk", "contracts", "compiler", "runtime", "operators", "onnx", "graph", "game", "commitment", "abi"],
	"errors",
];

/** All pages of the site but those of decisions and of the API's description, in their order. */
export const PARTS: readonly Part[] = [
	{
		title: "Start",
		pages: [
			page("README.md", "understood"),
			page("ARCHITECTURE.md", "understood"),
			doc("glossary"),
			doc("errors"),
		],
	},
	{
		title: "Your own model",
		pages: [understood("training"), understood("operators"), understood("recipes")],
	},
	{
		title: "Your contract",
		pages: [
			doc("dapp", { runBy: "test/dapp-guide.test.ts" }),
			...["sdk", "contracts"].map((name) => page(`crates-ts/${name}/README.md`)),
		],
	},
	{
		title: "Operate",
		pages: [
			...["operations", "runbook", "deployment", "ceremony", "governance", "storage", "farm"].map(understood),
			page("SECURITY.md", "understood"),
		],
	},
	{
		title: "Protocol",
		pages: [
			...["protocol", "network", "grid", "bounties", "attesters"].map(understood),
			...["assurance", "static-analysis", "mutations", "campaign", "soak"].map(understood),
		],
	},
	{
		title: "Reference",
		pages: [doc("api", { runBy: "test/operations/api.test.ts" }), doc("json")],
	},
	{
		title: "Packages",
		pages: PACKAGES.filter((name) => name !== "sdk" && name !== "contracts").map((name) =>
			page(`crates-ts/${name}/README.md`),
		),
	},
	{
		title: "Contribute",
		pages: [page("CONTRIBUTING.md", "understood"), understood("releases"), page("CHANGELOG.md", "history")],
	},
];

/** What the commands of a page are held by, in a sentence of the page. */
export function heldBy(commands: Commands): string | undefined {
	if (commands === "none" || commands === "history") return undefined;
	return commands === "understood"
		? "The commands of this page are read by a test, which knows each with its options; they are not run by it."
		: `The commands of this page are run as they are written by ${commands.runBy}.`;
}
