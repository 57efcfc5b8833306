import { isWritten, type PlaneView, type TensorView } from "@umpire/views/tensor-view.ts";
import { grouped } from "@umpire/views/text.ts";
import { Fragment, type ReactNode } from "react";
import { h, variables } from "./h.ts";

const STEPS = 20;

/** Cells of like shade as one path each: a plane of a thousand cells is a few elements. */
function shades(plane: PlaneView, largest: number): Map<number, string> {
	const paths = new Map<number, string>();
	plane.values.forEach((value, cell) => {
		if (cell === plane.wrong) return;
		const share = largest === 0 ? 0 : Math.abs(value) / largest;
		const step = share === 0 ? 0 : Math.max(1, Math.round(share * STEPS));
		const [row, column] = [Math.floor(cell / plane.columns), cell % plane.columns];
		paths.set(step, `${paths.get(step) ?? ""}M${column} ${row}h1v1h-1z`);
	});
	return paths;
}

const opacity = (step: number): number => 0.05 + (0.9 * step) / STEPS;

/** Where the cells of a drawing are: the first one, the way to the next ones, and their size. */
interface Cells {
	readonly x: number;
	readonly y: number;
	readonly right: number;
	readonly down: number;
	readonly width: number;
	readonly height: number;
}

/** A unit each, side by side. */
const WHOLE: Cells = { x: 0, y: 0, right: 1, down: 1, width: 1, height: 1 };

/** What is read of a plane. */
function outlines({ columns, box, marks }: PlaneView, stroke: string, cells = WHOLE): ReactNode {
	const rectangle = (
		row: number,
		column: number,
		down: number,
		across: number,
		strokeWidth: number,
	): ReactNode =>
		h("rect", {
			key: `o${row}/${column}`,
			x: cells.x + column * cells.right,
			y: cells.y + row * cells.down,
			width: (across - 1) * cells.right + cells.width,
			height: (down - 1) * cells.down + cells.height,
			fill: "none",
			stroke,
			strokeWidth,
			vectorEffect: "non-scaling-stroke",
		});
	return [
		box === null ? null : rectangle(...box, 1.5),
		...marks.map((cell) => rectangle(Math.floor(cell / columns), cell % columns, 1, 1, 1)),
	];
}

/** A plane as a picture: ink by size, what is read outlined, the wrong number red. */
export function planePicture(
	plane: PlaneView,
	largest: number,
	name: string,
	outline = "var(--ink)",
): ReactNode {
	const { rows, columns, wrong } = plane;
	const line = Math.max(rows, columns) / 60;
	return h(
		"svg",
		{
			viewBox: `${-line} ${-line} ${columns + 2 * line} ${rows + 2 * line}`,
			role: "img",
			"aria-label": `${name}${plane.label === null ? "" : `, map ${plane.label}`}`,
			shapeRendering: "crispEdges",
		},
		[...shades(plane, largest)].map(([step, d]) =>
			h("path", { key: step, d, fill: "var(--data)", fillOpacity: opacity(step) }),
		),
		wrong === null
			? null
			: h("rect", {
					x: wrong % columns,
					y: Math.floor(wrong / columns),
					width: 1,
					height: 1,
					fill: "var(--bad)",
				}),
		outlines(plane, outline),
	);
}

/** Weights: squares as large as the number, filled if it is positive, hollow if negative. */
export function weightPicture(plane: PlaneView, largest: number, name: string): ReactNode {
	const { rows, columns, values } = plane;
	let filled = "";
	let hollow = "";
	values.forEach((value, cell) => {
		const side = largest === 0 ? 0 : 0.12 + 0.72 * Math.sqrt(Math.abs(value) / largest);
		if (value === 0) return;
		const [x, y] = [(cell % columns) + (1 - side) / 2, Math.floor(cell / columns) + (1 - side) / 2];
		const square = `M${x.toFixed(2)} ${y.toFixed(2)}h${side.toFixed(2)}v${side.toFixed(2)}h${(-side).toFixed(2)}z`;
		if (value > 0) filled += square;
		else hollow += square;
	});
	return h(
		"svg",
		{
			viewBox: `0 0 ${columns} ${rows}`,
			role: "img",
			"aria-label": `${name}${plane.label === null ? "" : ` ${plane.label}`}`,
		},
		h("path", { d: filled, fill: "var(--data)" }),
		h("path", { d: hollow, fill: "none", stroke: "var(--data)", strokeWidth: 0.09 }),
	);
}

/** Several planes of a tensor side by side. */
export function planes(
	tensor: TensorView,
	size: number,
	{ isConstant = false, isDense = false } = {},
): ReactNode {
	return h(
		"div",
		{ className: `planes${isDense ? " dense" : ""}`, style: variables({ "--size": `${size}px` }) },
		tensor.planes.map((plane, k) =>
			h(
				"div",
				{ key: k },
				plane.label === null || isDense ? null : h("span", null, plane.label),
				isWritten(tensor)
					? numberPlane(tensor)
					: isConstant
						? weightPicture(plane, tensor.largest, tensor.name)
						: planePicture(plane, tensor.largest, tensor.name),
			),
		),
	);
}

/** Numbers are written into cells of planes up to so many columns. */
const MOST_WRITTEN = 16;
const LEAST_CELL = 34;
/** Characters that are written in the larger size, and the width of one in the smaller. */
const [MOST_LARGE, CHARACTER] = [6, 4.6];
const ROW = 24;
/** Pixels of the page for one of a drawing of numbers, at most: a few numbers do not fill a column. */
const LARGEST_SCALE = 1.3;

/** A plane with its numbers, rows and columns named. */
export function numberPlane(tensor: TensorView): ReactNode {
	const plane = tensor.planes[0];
	if (plane === undefined) return null;
	if (plane.columns > MOST_WRITTEN || plane.rows > 2 * MOST_WRITTEN) {
		return planePicture(plane, tensor.largest, tensor.name);
	}
	const { rows, columns, wrong, values } = plane;
	// A list is folded into rows: each begins with an index that its columns count on from.
	const isFolded = tensor.shape.length === 1 && rows > 1;
	const isRow = tensor.shape.length === 1 && rows === 1;
	// Numbers of 32 bits are wider than most: all cells are as wide as the longest needs.
	const longest = Math.max(...values.map((value) => grouped(value).length));
	const wide = Math.max(LEAST_CELL, Math.ceil(CHARACTER * longest) + 6);
	const width = 22 + columns * (wide + 2);
	const height = 18 + rows * (ROW + 2);
	return h(
		"svg",
		{
			viewBox: `0 0 ${width} ${height}`,
			role: "img",
			"aria-label": `${tensor.name}, its numbers`,
			style: { maxWidth: `${LARGEST_SCALE * width}px` },
		},
		Array.from({ length: columns }, (_, column) =>
			h(
				"text",
				{
					key: `c${column}`,
					x: 22 + column * (wide + 2) + wide / 2,
					y: 11,
					fontSize: 9,
					textAnchor: "middle",
					fill: wrong !== null && wrong % columns === column ? "var(--bad)" : "var(--ink3)",
				},
				isFolded ? `+${column}` : plane.firstColumn + column,
			),
		),
		Array.from({ length: rows }, (_, row) =>
			h(
				"text",
				{
					key: `r${row}`,
					x: 14,
					y: 18 + row * (ROW + 2) + 15,
					fontSize: 9,
					textAnchor: "end",
					fill: wrong !== null && Math.floor(wrong / columns) === row ? "var(--bad)" : "var(--ink3)",
				},
				isRow ? null : isFolded ? row * columns : plane.firstRow + row,
			),
		),
		values.map((value, cell) => {
			const share = tensor.largest === 0 ? 0 : Math.abs(value) / tensor.largest;
			const shade = 0.05 + 0.9 * share;
			const isWrong = cell === wrong;
			const [x, y] = [22 + (cell % columns) * (wide + 2), 18 + Math.floor(cell / columns) * (ROW + 2)];
			const text = grouped(value);
			return h(
				Fragment,
				{ key: cell },
				h("rect", {
					x,
					y,
					width: wide,
					height: ROW,
					rx: 2,
					fill: isWrong ? "var(--bad)" : "var(--data)",
					fillOpacity: isWrong ? 1 : shade,
				}),
				h(
					"text",
					{
						x: x + wide / 2,
						y: y + 15.5,
						fontSize: text.length > MOST_LARGE ? 7.5 : 9.5,
						textAnchor: "middle",
						fontWeight: isWrong ? 600 : 400,
						fill: isWrong ? "var(--on-bad)" : shade > 0.5 ? "var(--bg)" : "var(--ink)",
						style: { fontFamily: "var(--mono)" },
					},
					text,
				),
			);
		}),
		outlines(plane, "var(--ink)", { x: 22, y: 18, right: wide + 2, down: ROW + 2, width: wide, height: ROW }),
	);
}
