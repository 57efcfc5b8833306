import type { Audit } from "@umpire/actors/content/audit.ts";
import { formatEther } from "viem";
import { type ChainOptions, command, withChain, withSources } from "../command.ts";
import { type LimitsOptions, limitsOf, withLimits } from "../limits-options.ts";
import { progress } from "../log.ts";
import { numberPositional } from "../numbers.ts";
import { bad, good, report, table } from "../output.ts";

interface Options extends ChainOptions, LimitsOptions {
	request: number;
	html?: string;
}

export const audit = command<Options>({
	command: "audit <request>",
	describe: "prove from the chain and stores alone what happened with a request: everything is recomputed",
	examples: [
		[
			"umpire audit 1 --umpire 0x… --rpc URL,URL,URL --store gateway:https://ipfs.example.org",
			"on any machine",
		],
		["umpire audit 1 --store folder:/var/umpire --html audit.html", "writes a page as well"],
	],
	options: (yargs) =>
		withSources(withLimits(withChain(yargs)))
			.positional("request", numberPositional("request", "number of a request"))
			.option("html", {
				type: "string",
				describe: "also write it as a page to this file",
				requiresArg: true,
			}),
	async run(options) {
		const { openView } = await import("@umpire/actors/world.ts");
		const { auditRequest } = await import("@umpire/actors/content/audit.ts");
		const { auditPage } = await import("@umpire/actors/content/audit-page.ts");
		const { writeAtomically } = await import("@umpire/store/atomic-file.ts");
		const view = await openView({ ...options, limits: limitsOf(options) });
		const found = await auditRequest(view, options.request, progress);
		if (options.html !== undefined) await writeAtomically(options.html, auditPage(found));
		report(options.json, found, () => linesOf(found));
		if (!found.ok) process.exitCode = 1;
	},
});

function linesOf({
	request,
	program,
	inputs,
	computed,
	claims,
	money,
	findings,
	status,
	ok,
}: Audit): string[] {
	const claimLine = ({ claim, right, status: now, because, proof, records }: Audit["claims"][number]) =>
		[
			`${claim} is ${now}, and ${right ? "right" : "wrong"}`,
			...(because === null ? [] : [because]),
			...(proof === null
				? []
				: [
						proof.valid === true
							? `its settlement holds (${proof.proofs} proofs)`
							: `settlement: ${proof.why}`,
					]),
			...(records.length === 0 ? [] : [`records ${records.map(({ cid }) => cid).join(", ")}`]),
		].join("; ");
	return [
		...table([
			["request", `${request}, ${status}`],
			["program", `${program.number} (${program.name}) ${program.root}`],
			["inputs", inputs.root],
			["computed", computed.output.slice(0, 20).join(" ")],
			...claims.map((claim): [string, string] => ["claim", claimLine(claim)]),
			...money.paid.map(({ account, amount }): [string, string] => [
				"paid",
				`${formatEther(amount)} ETH to ${account}`,
			]),
			...(money.burned === 0n ? [] : [["burned", `${formatEther(money.burned)} ETH`] as const]),
		]),
		...findings.map((finding) => bad(finding)),
		...(ok ? [good("All is as it should be.")] : []),
	];
}
