import type { Server } from "node:net";

/** Connections that one address may hold open. */
export const MOST_OF_ONE_ADDRESS = 256;
/** Connections in all: above the sum of what a few addresses take, below what a process may open. */
const MOST = 4096;

/**
 * Keeps one address from taking all connections of a server: what is more is closed at once. A proxy in front is one
 * address.
 */
export function capConnections(server: Server, most = MOST_OF_ONE_ADDRESS): void {
	server.maxConnections = MOST;
	const open = new Map<string, number>();
	server.on("connection", (socket) => {
		const who = networkOf(socket.remoteAddress ?? "");
		const before = open.get(who) ?? 0;
		if (before >= most) {
			socket.destroy();
			return;
		}
		open.set(who, before + 1);
		socket.once("close", () => {
			const left = open.get(who)! - 1;
			if (left === 0) open.delete(who);
			else open.set(who, left);
		});
	});
}

/** An address, or the /64 of an IPv6 address, which is what one machine has. */
export function networkOf(address: string): string {
	if (!address.includes(":") || address.includes(".")) return address;
	const [before, after = ""] = address.split("::");
	const parts = before.split(":");
	if (!address.includes("::")) return parts.slice(0, 4).join(":");
	const missing = 8 - parts.length - (after === "" ? 0 : after.split(":").length);
	return [...parts, ...new Array<string>(missing).fill("0"), ...after.split(":")].slice(0, 4).join(":");
}
