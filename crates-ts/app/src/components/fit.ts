import { type ReactNode, useEffect, useRef, useState } from "react";
import { h } from "./h.ts";

/** Less than this no chart is drawn for. */
const LEAST = 240;

/**
 * A drawing as wide as is wanted, or as there is room: it is drawn for its width instead of shrunk, so that its letters
 * stay as large as they are on a phone.
 */
export function Fit({
	wanted,
	draw,
}: {
	readonly wanted: number;
	readonly draw: (width: number) => ReactNode;
}): ReactNode {
	const room = useRef<HTMLDivElement>(null);
	const [width, setWidth] = useState(wanted);
	useEffect(() => {
		const box = room.current;
		if (box === null) return;
		const look = () => setWidth(Math.min(wanted, Math.max(LEAST, Math.floor(box.clientWidth))));
		look();
		const observer = new ResizeObserver(look);
		observer.observe(box);
		return () => observer.disconnect();
	}, [wanted]);
	return h("div", { ref: room, className: "fit" }, draw(width));
}
