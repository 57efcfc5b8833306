import type { Random } from "@umpire/onnx/random.ts";
import { cosine, sine } from "./exact-math.ts";

/** Side of a rendered digit in pixels. */
export const SIDE = 28;

type Point = readonly [x: number, y: number];
/** A pen stroke: points in the unit square (y down), joined by straight lines. */
type Stroke = readonly Point[];

/** An arc of an ellipse as a stroke, angles in turns clockwise from the right. */
function arc(cx: number, cy: number, rx: number, ry: number, from: number, to: number): Stroke {
	const pieces = Math.ceil(Math.abs(to - from) * 12);
	return Array.from({ length: pieces + 1 }, (_, i): Point => {
		const turn = from + ((to - from) * i) / pieces;
		return [cx + rx * cosine(turn), cy + ry * sine(turn)];
	});
}

/** The ways to write each digit. */
const DIGITS: readonly (readonly (readonly Stroke[])[])[] = [
	[[arc(0.5, 0.5, 0.28, 0.42, 0, 1)], [arc(0.5, 0.5, 0.22, 0.42, 0, 1)]],
	[
		[
			[
				[0.5, 0.08],
				[0.5, 0.92],
			],
		],
		[
			[
				[0.32, 0.26],
				[0.53, 0.08],
				[0.53, 0.92],
			],
		],
		[
			[
				[0.35, 0.25],
				[0.52, 0.08],
				[0.52, 0.92],
			],
			[
				[0.32, 0.92],
				[0.72, 0.92],
			],
		],
	],
	[
		[[...arc(0.5, 0.3, 0.26, 0.22, -0.5, 0.1), [0.24, 0.9], [0.78, 0.9]]],
		[[...arc(0.48, 0.28, 0.24, 0.2, -0.45, 0.15), [0.3, 0.78], [0.26, 0.9], [0.8, 0.86]]],
	],
	[
		[arc(0.46, 0.29, 0.25, 0.21, -0.42, 0.25), arc(0.46, 0.7, 0.29, 0.21, -0.25, 0.42)],
		[
			[
				[0.26, 0.1],
				[0.72, 0.1],
				[0.46, 0.44],
			],
			arc(0.45, 0.67, 0.28, 0.23, -0.25, 0.42),
		],
	],
	[
		[
			[
				[0.62, 0.92],
				[0.62, 0.08],
				[0.2, 0.64],
				[0.82, 0.64],
			],
		],
		[
			[
				[0.3, 0.08],
				[0.24, 0.54],
				[0.76, 0.54],
			],
			[
				[0.66, 0.1],
				[0.64, 0.92],
			],
		],
	],
	[
		[
			[
				[0.74, 0.1],
				[0.32, 0.1],
				[0.28, 0.46],
			],
			arc(0.46, 0.66, 0.28, 0.25, -0.34, 0.4),
		],
	],
	[
		[
			[
				[0.64, 0.08],
				[0.4, 0.3],
				[0.26, 0.62],
			],
			arc(0.5, 0.67, 0.25, 0.24, 0, 1),
		],
		[arc(0.62, 0.6, 0.36, 0.52, -0.28, -0.55), arc(0.5, 0.68, 0.23, 0.22, 0, 1)],
	],
	[
		[
			[
				[0.22, 0.1],
				[0.78, 0.1],
				[0.44, 0.92],
			],
		],
		[
			[
				[0.22, 0.12],
				[0.78, 0.1],
				[0.48, 0.92],
			],
			[
				[0.36, 0.5],
				[0.74, 0.5],
			],
		],
	],
	[[arc(0.5, 0.29, 0.22, 0.2, 0, 1), arc(0.5, 0.7, 0.27, 0.22, 0, 1)]],
	[
		[
			arc(0.5, 0.33, 0.25, 0.24, 0, 1),
			[
				[0.75, 0.33],
				[0.7, 0.92],
			],
		],
		[
			arc(0.5, 0.32, 0.24, 0.23, 0, 1),
			[
				[0.74, 0.34],
				[0.66, 0.7],
				[0.4, 0.92],
			],
		],
	],
];

/**
 * Draws a digit by hand, so to speak: a random way to write it, slanted, turned, stretched and
 * moved, with a pen of random thickness and a little noise.
 * @returns 28 × 28 grey values 0 … 255, row by row, ink being bright as in MNIST
 */
export function renderDigit(digit: number, random: Random): Uint8Array {
	const ways = DIGITS[digit];
	const strokes = ways[random.below(ways.length)];
	const turn = random.uniform(-0.035, 0.035);
	const [c, s] = [cosine(turn), sine(turn)];
	const shear = random.uniform(-0.22, 0.22);
	const [width, height] = [random.uniform(17, 22), random.uniform(18, 22)];
	const [left, top] = [SIDE / 2 + random.uniform(-1.5, 1.5), SIDE / 2 + random.uniform(-1.5, 1.5)];
	const place = ([x, y]: Point): Point => {
		const px = (x - 0.5 + random.uniform(-0.02, 0.02)) * width;
		const py = (y - 0.5 + random.uniform(-0.02, 0.02)) * height;
		const slanted = px - shear * py;
		return [left + c * slanted - s * py, top + s * slanted + c * py];
	};
	const radius = random.uniform(0.9, 1.7);
	const nearest = new Float64Array(SIDE * SIDE).fill(Number.POSITIVE_INFINITY);
	for (const stroke of strokes) {
		const points = stroke.map(place);
		for (let i = 1; i < points.length; i++) measure(nearest, points[i - 1], points[i]);
	}
	const ink = random.uniform(0.8, 1);
	return Uint8Array.from(nearest, (square) => {
		const covered = Math.min(1, Math.max(0, radius + 0.5 - Math.sqrt(square)));
		return Math.round(255 * Math.min(1, Math.max(0, covered * ink + 0.03 * random.normal())));
	});
}

/** Lowers each pixel's squared distance to the segment from a to b. */
function measure(nearest: Float64Array, [ax, ay]: Point, [bx, by]: Point): void {
	const [dx, dy] = [bx - ax, by - ay];
	const length = dx * dx + dy * dy || 1;
	for (let y = 0; y < SIDE; y++)
		for (let x = 0; x < SIDE; x++) {
			const [px, py] = [x + 0.5 - ax, y + 0.5 - ay];
			const along = Math.min(1, Math.max(0, (px * dx + py * dy) / length));
			const [ex, ey] = [px - along * dx, py - along * dy];
			const square = ex * ex + ey * ey;
			if (square < nearest[y * SIDE + x]) nearest[y * SIDE + x] = square;
		}
}
