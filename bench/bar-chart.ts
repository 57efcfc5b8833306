/** Bars in groups, on one scale from 0. */
export interface BarChart {
	readonly title: string;
	/** What the numbers are, as in "times the float model". */
	readonly unit: string;
	readonly groups: readonly {
		readonly name: string;
		readonly bars: readonly { readonly name: string; readonly value: number }[];
	}[];
	/** A value that all are compared with, drawn as a line. */
	readonly mark?: number;
}

const WIDTH = 760;
const NAMES = 150;
const LABELS = 190;
const BAR = 16;
const GAP = 14;
const COLOURS = ["#3b6fb6", "#d1793b", "#5a9e6f", "#9a6bb0", "#b8a13a"];

const escaped = (text: string): string =>
	text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** An SVG document: a bar a line, its value written beside it. */
export function barChart({ title, unit, groups, mark }: BarChart): string {
	const values = groups.flatMap(({ bars }) => bars.map(({ value }) => value));
	const most = Math.max(...values, mark ?? 0, Number.MIN_VALUE);
	const x = (value: number): number => NAMES + ((WIDTH - NAMES - LABELS) * value) / most;
	const drawn: string[] = [];
	let y = 48;
	for (const { name, bars } of groups) {
		drawn.push(`<text x="${NAMES - 8}" y="${y + 12}" text-anchor="end">${escaped(name)}</text>`);
		for (const [k, bar] of bars.entries()) {
			const end = x(bar.value);
			drawn.push(
				`<rect x="${NAMES}" y="${y}" width="${(end - NAMES).toFixed(1)}" height="${BAR - 2}" fill="${COLOURS[k % COLOURS.length]}"/>`,
				`<text x="${(end + 6).toFixed(1)}" y="${y + 11}" class="small">${Number(bar.value.toPrecision(3)).toLocaleString("en-GB")} ${escaped(bar.name)}</text>`,
			);
			y += BAR;
		}
		y += GAP;
	}
	const line =
		mark === undefined
			? ""
			: `<line x1="${x(mark).toFixed(1)}" x2="${x(mark).toFixed(1)}" y1="40" y2="${y - GAP / 2}" stroke="#444" stroke-dasharray="4 3"/>`;
	return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" width="${WIDTH}" height="${y}">
<style>text{font:12px sans-serif}.title{font:bold 14px sans-serif}.small{font-size:11px}</style>
<rect width="${WIDTH}" height="${y}" fill="white"/>
<text x="12" y="20" class="title">${escaped(title)}</text>
<text x="12" y="36" class="small">${escaped(unit)}</text>
${line}
${drawn.join("\n")}
</svg>
`;
}
