import { formatEther } from "viem";
import { printable } from "../printable.ts";
import type { Audit } from "./audit.ts";

/** What stands for itself in HTML; control characters and marks that turn the writing are escaped, too. */
const escaped = (text: string | number | bigint): string =>
	printable(String(text), 100_000)
		.replaceAll("&", "&amp;")
		.replaceAll("<", "&lt;")
		.replaceAll(">", "&gt;")
		.replaceAll('"', "&quot;")
		.replaceAll("'", "&#39;");

const time = (seconds: number): string => new Date(1000 * seconds).toISOString().replace(".000", "");

type Row = readonly (string | number | bigint)[];

function table(headings: Row, rows: readonly Row[]): string {
	if (rows.length === 0) return "<p>None.</p>";
	const line = (cells: Row, tag: string) =>
		`<tr>${cells.map((cell) => `<${tag}>${escaped(cell)}</${tag}>`).join("")}</tr>`;
	return `<div class="wide"><table><thead>${line(headings, "th")}</thead><tbody>${rows.map((row) => line(row, "td")).join("\n")}</tbody></table></div>`;
}

/** An audit as one page of HTML that loads nothing and runs no script. */
export function auditPage(audit: Audit): string {
	const { request, program, inputs, computed, claims, money, events, findings, ok } = audit;
	const output = computed.output.slice(0, 100).map((value) => String(Number(value.toPrecision(7))));
	const more = computed.output.length > 100 ? ` … (${computed.output.length} numbers)` : "";
	return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Audit of request ${escaped(request)}</title>
<style>
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b;background:#fff}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}
.wide{overflow-x:auto}table{border-collapse:collapse;font-size:.875rem}
th,td{text-align:left;padding:.25rem .75rem .25rem 0;border-bottom:1px solid #ddd;vertical-align:top;overflow-wrap:anywhere}
.verdict{padding:.75rem 1rem;border-left:4px solid}.good{border-color:#1a7f37;background:#eef8f0}.bad{border-color:#b42318;background:#fdf0ee}
</style>
</head>
<body>
<h1>Audit of request ${escaped(request)}</h1>
<div class="verdict ${ok ? "good" : "bad"}">${
		ok
			? `<p>All is as it should be. The request is ${escaped(audit.status)}.</p>`
			: `<p>Not all is as it should be. The request is ${escaped(audit.status)}.</p><ul>${findings.map((finding) => `<li>${escaped(finding)}</li>`).join("")}</ul>`
	}</div>
<h2>What was asked</h2>
${table(
	["", ""],
	[
		["chain", audit.chainId],
		["market", audit.market],
		["as of block", `${audit.block.number} (${audit.block.hash})`],
		["requester", audit.requester],
		["fee", `${formatEther(money.fee)} ETH`],
		["program", `${program.number} (${program.name})`],
		["program root", program.root],
		["program content", program.cids.join(", ")],
		["inputs root", inputs.root],
		["inputs content", inputs.cids.join(", ")],
	],
)}
<h2>What was computed here</h2>
${table(
	["", ""],
	[
		["output", output.join(" ") + more],
		["output root", computed.outputRoot],
		["trace root", computed.traceRoot],
	],
)}
<h2>Claims</h2>
${table(
	["claim", "by", "states", "status", "because", "settlement, judged again", "records"],
	claims.map((claim) => [
		claim.claim,
		claim.submitter,
		claim.right ? "what was computed here" : `something else (output root ${claim.outputRoot})`,
		claim.status,
		claim.because ?? "",
		claim.proof === null
			? "none"
			: claim.proof.valid === true
				? `holds (${claim.proof.proofs} proofs)`
				: `${claim.proof.valid === null ? "not checked" : "does not hold"}: ${claim.proof.why}`,
		claim.records
			.map(({ cid, differences }) => `${cid}: ${differences.length === 0 ? "true" : differences.join("; ")}`)
			.join(", "),
	]),
)}
<h2>Money</h2>
<p>${money.balanced ? "Fee and decided bonds are what was paid and burned." : "What was paid and burned is not the fee and the bonds."}${money.burned === 0n ? "" : ` Burned: ${escaped(formatEther(money.burned))} ETH.`}</p>
${table(
	["to", "ETH", "transaction"],
	money.paid.map(({ account, amount, transaction }) => [account, formatEther(amount), transaction]),
)}
<h2>Events</h2>
${table(
	["time", "block", "event", "transaction"],
	events.map((event) => [time(event.time), event.block, event.name, event.transaction]),
)}
<p>Check it yourself: <code>umpire audit ${escaped(request)} --umpire ${escaped(audit.market)} --rpc URL --store STORE</code></p>
</body>
</html>
`;
}
