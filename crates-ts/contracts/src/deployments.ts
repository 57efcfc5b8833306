/** Addresses of a deployment, and the block from which on its events are to be read. */
export interface KnownDeployment {
	readonly market: `0x${string}`;
	readonly court: `0x${string}`;
	readonly registry: `0x${string}`;
	readonly block: bigint;
	/** names the deployments that come after this one; none if it is not governed */
	readonly directory?: `0x${string}`;
}

/** Public deployments by chain id. There is none yet: `umpire status` shows the addresses of a local one. */
export const DEPLOYMENTS: Readonly<Record<number, KnownDeployment>> = {};
