/** A line of a chart: one number for each step. */
export interface Series {
	readonly name: string;
	readonly values: readonly number[];
	readonly colour: string;
	readonly dashed?: boolean;
}

export interface Panel {
	readonly title: string;
	readonly series: readonly Series[];
}

/** Points of a chart, for which dots are drawn. */
export interface Dots {
	readonly points: readonly (readonly [number, number])[];
	readonly colour: string;
	readonly radius: number;
}

const [WIDTH, HEIGHT] = [640, 300];
const MARGIN = { left: 64, right: 16, top: 36, bottom: 32 };
/** Means of so many neighbouring numbers are drawn: more points than pixels show nothing. */
const MOST_POINTS = 300;

const escaped = (text: string): string =>
	text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

const round = (value: number): string => String(Number(value.toFixed(2)));
const label = (value: number): string => String(Number(value.toPrecision(3)));

/** An SVG document of lines, one panel below the other; steps are counted from 1. */
export function lineChart(panels: readonly Panel[]): string {
	const body = panels.map((panel, k) => `<g transform="translate(0 ${k * HEIGHT})">${panelOf(panel)}</g>`);
	return documentOf(WIDTH, panels.length * HEIGHT, body.join("\n"));
}

/** An SVG document of dots in a plane. */
export function scatterChart(title: string, groups: readonly Dots[]): string {
	const all = groups.flatMap(({ points }) => points);
	const [xs, ys] = [0, 1].map((axis) => all.map((point) => point[axis]));
	const frame = frameOf(title, extremes(xs), extremes(ys));
	const dots = groups.flatMap(({ points, colour, radius }) =>
		points.map(
			([x, y]) =>
				`<circle cx="${round(frame.x(x))}" cy="${round(frame.y(y))}" r="${radius}" fill="${colour}"/>`,
		),
	);
	return documentOf(WIDTH, HEIGHT, [frame.text, ...dots].join("\n"));
}

function documentOf(width: number, height: number, body: string): string {
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
		`<rect width="${width}" height="${height}" fill="white"/>`,
		body,
		"</svg>",
		"",
	].join("\n");
}

function panelOf({ title, series }: Panel): string {
	const lines = series.map((one) => ({ ...one, points: thinned(one.values) }));
	const heights = lines.flatMap(({ points }) => points.map(([, y]) => y));
	const last = Math.max(1, ...series.map(({ values }) => values.length));
	const frame = frameOf(title, [1, last], extremes(heights));
	const drawn = lines.map(({ points, colour, dashed }) => {
		const path = points.map(([x, y]) => `${round(frame.x(x))},${round(frame.y(y))}`).join(" ");
		const dash = dashed ? ' stroke-dasharray="5 4"' : "";
		return `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="1.5"${dash}/>`;
	});
	const keys = series.map(({ name, colour }, k) => {
		const x = WIDTH - MARGIN.right - 90 * (series.length - k);
		return `<text x="${x}" y="22" fill="${colour}">${escaped(name)}</text>`;
	});
	return [frame.text, ...drawn, ...keys].join("\n");
}

/** Means of equal stretches, at their middles. */
function thinned(values: readonly number[]): (readonly [number, number])[] {
	const size = Math.max(1, Math.ceil(values.length / MOST_POINTS));
	const points: (readonly [number, number])[] = [];
	for (let at = 0; at < values.length; at += size) {
		const own = values.slice(at, at + size);
		points.push([at + (own.length + 1) / 2, own.reduce((a, b) => a + b, 0) / own.length]);
	}
	return points;
}

function extremes(values: readonly number[]): [number, number] {
	const finite = values.filter(Number.isFinite);
	const low = finite.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
	const high = finite.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
	return low < high ? [low, high] : [(low || 0) - 1, (high || 0) + 1];
}

/** Axes with their ends and middles, and where a point lies. */
function frameOf(title: string, [left, right]: readonly number[], [low, high]: readonly number[]) {
	const x = (value: number): number =>
		MARGIN.left + ((WIDTH - MARGIN.left - MARGIN.right) * (value - left)) / (right - left || 1);
	const y = (value: number): number =>
		HEIGHT - MARGIN.bottom - ((HEIGHT - MARGIN.top - MARGIN.bottom) * (value - low)) / (high - low || 1);
	const middle = (a: number, b: number): number[] => [a, (a + b) / 2, b];
	const text = [
		`<text x="${MARGIN.left}" y="22" font-weight="bold">${escaped(title)}</text>`,
		...middle(low, high).map(
			(value) =>
				`<line x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${round(y(value))}" y2="${round(y(value))}" stroke="#ddd"/><text x="${MARGIN.left - 6}" y="${round(y(value) + 4)}" text-anchor="end">${label(value)}</text>`,
		),
		...middle(left, right).map(
			(value) =>
				`<text x="${round(x(value))}" y="${HEIGHT - MARGIN.bottom + 18}" text-anchor="middle">${label(value)}</text>`,
		),
	].join("\n");
	return { x, y, text };
}
