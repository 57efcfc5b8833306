import type { Profile, ProfileRow } from "./profile.ts";

const WIDTH = 1200;
const BAR = 36;
const GAP = 26;

/** Characters that fit a box of so many units, about. */
const fitting = (width: number): number => Math.floor((width - 6) / 6.5);

/**
 * Three bars on one scale of time, from left to right as the program runs: the float model by node, the exact program
 * by node, and under it the kernels of each.
 */
export function profileSvg(profile: Profile): string {
	const scale = WIDTH / Math.max(profile.float, profile.exact, 1e-9);
	const bars = [
		{ title: `float: ${microseconds(profile.float)}`, boxes: profile.rows.map(floatBox) },
		{ title: `exact: ${microseconds(profile.exact)}`, boxes: profile.rows.map(exactBox) },
		{ title: "exact, by kernel", boxes: profile.rows.flatMap(kernelBoxes) },
	];
	const height = bars.length * (BAR + GAP) + 10;
	const drawn = bars.map(({ title, boxes }, k) => {
		const y = k * (BAR + GAP) + GAP;
		let x = 0;
		const parts = boxes.map(({ label, detail, time }) => {
			const width = time * scale;
			const from = x;
			x += width;
			return width < 0.1 ? "" : box({ x: from, y, width, label, detail });
		});
		return `<text x="2" y="${y - 7}" class="title">${escaped(title)}</text>${parts.join("")}`;
	});
	return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}">
<style>text{font:11px sans-serif}.title{font-weight:bold}rect{stroke:#fff;stroke-width:.5}</style>
${drawn.join("\n")}
</svg>
`;
}

interface Box {
	readonly label: string;
	readonly detail: string;
	readonly time: number;
}

const nameOf = ({ node, opType }: ProfileRow): string => (node === "" ? "(no node)" : `${node} (${opType})`);

const floatBox = (row: ProfileRow): Box => ({ label: row.opType, detail: nameOf(row), time: row.float });

const exactBox = (row: ProfileRow): Box => ({
	label: row.opType,
	detail: `${nameOf(row)}: ${[...new Set(row.plans)].join("; ")}`,
	time: row.exact,
});

const kernelBoxes = (row: ProfileRow): Box[] =>
	Object.entries(row.kernels).map(([kernel, time]) => ({ label: kernel, detail: nameOf(row), time }));

function box({
	x,
	y,
	width,
	label,
	detail,
}: Omit<Box, "time"> & { x: number; y: number; width: number }): string {
	const shown = label.slice(0, Math.max(0, fitting(width)));
	const text = shown === "" ? "" : `<text x="${round(x + 3)}" y="${y + 22}">${escaped(shown)}</text>`;
	const place = `x="${round(x)}" y="${y}" width="${round(width)}" height="${BAR}"`;
	return `<g><title>${escaped(`${label}: ${detail}`)}</title><rect ${place} fill="${colour(label)}"/>${text}</g>`;
}

/** One colour for each label, the same in every picture. */
function colour(label: string): string {
	let hash = 7;
	for (const character of label) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 360;
	return `hsl(${hash},60%,72%)`;
}

const round = (value: number): number => Number(value.toFixed(2));

const microseconds = (value: number): string => `${value.toFixed(0)} µs`;

const escaped = (text: string): string =>
	text.replace(
		/[&<>"]/g,
		(sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[sign] ?? sign,
	);
