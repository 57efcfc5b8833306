import type { PicturesView, PlaceView } from "@umpire/views/dispute-view.ts";
import type { TensorView } from "@umpire/views/tensor-view.ts";
import type { ReactNode } from "react";
import { h } from "./h.ts";
import { numberPlane, planes } from "./tensor-map.ts";

const OPERATOR: Readonly<Record<string, string>> = { Dot: "\u00d7", Add: "+", Mul: "\u00d7", Div: "\u00f7" };

/** What the number is computed from, and the number in its tensor. */
export function operandPictures(pictures: PicturesView, place: PlaceView): ReactNode {
	const shown = pictures.operands.slice(0, 3);
	return h(
		"div",
		{ className: "pictures" },
		shown.map(({ tensor, caption, isConstant }, i) => [
			i === 0
				? null
				: h("span", { className: "operator", key: `o${i}`, "aria-hidden": true }, OPERATOR[place.kind] ?? ""),
			h(
				"figure",
				{ className: isConstant ? "weights" : "maps", key: i },
				h(
					"figcaption",
					null,
					h("h3", null, `${tensor.name}, ${isConstant ? "part of the program" : "agreed"}`),
					h("p", null, caption),
				),
				planes(tensor, sizeOf(tensor, isConstant), { isConstant }),
			),
		]),
		shown.length === 0 ? null : h("span", { className: "operator", "aria-hidden": true }, "="),
		pictures.plane === null
			? null
			: h(
					"figure",
					{ className: "plane" },
					h(
						"figcaption",
						null,
						h("h3", null, `${planeName(pictures.plane)}, as the submitter published it`),
						h("p", null, pictures.planeCaption),
					),
					numberPlane(pictures.plane),
				),
		pictures.all === null
			? null
			: h(
					"figure",
					{ className: "all" },
					h(
						"figcaption",
						null,
						h("h3", null, `All ${pictures.all.count} maps of ${pictures.all.name}`),
						h("p", null, "The wrong number is red."),
					),
					planes(pictures.all, 38, { isDense: true }),
				),
	);
}

const planeName = ({ name, planes: [plane] }: TensorView): string =>
	plane?.label == null ? name : `Map ${plane.label} of ${name}`;

/** Pixels that a plane gets: more where there are few. */
const sizeOf = ({ planes: shown }: TensorView, isConstant: boolean): number =>
	shown.length === 1 ? 200 : isConstant ? 62 : 84;
