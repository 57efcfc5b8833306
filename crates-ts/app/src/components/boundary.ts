import { Component, type ReactNode } from "react";
import { stateCard } from "../states.ts";
import { h } from "./h.ts";

interface Properties {
	/** Which page of which block: another one is tried afresh. */
	readonly of: string;
	readonly children?: ReactNode;
}

interface State {
	readonly failedAt: string | undefined;
}

/** Keeps the rest of the app where a page cannot be drawn: an answer was not what pages are made from. */
export class Boundary extends Component<Properties, State> {
	override state: State = { failedAt: undefined };

	static getDerivedStateFromError(): Partial<State> {
		return { failedAt: "" };
	}

	/** A page that failed is no other page's failure, nor its own for ever. */
	static getDerivedStateFromProps({ of }: Properties, { failedAt }: State): Partial<State> | null {
		if (failedAt === undefined || failedAt === of) return null;
		return { failedAt: failedAt === "" ? of : undefined };
	}

	override render(): ReactNode {
		if (this.state.failedAt === undefined) return this.props.children;
		return stateCard({
			label: "Cannot be shown",
			title: "This page cannot be drawn.",
			text: "The server answered with something that is no such page: it may be of another version. Reload, or ask the chain in a terminal: umpire status.",
			action: h(
				"button",
				{ className: "button", type: "button", onClick: () => this.setState({ failedAt: undefined }) },
				"Try now",
			),
		});
	}
}
