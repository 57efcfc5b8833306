/** What is measured, and of what. */
export interface BenchOptions {
	/** Only models whose names have this. */
	readonly models: string;
	/** The smallest model only, and no long dispute. */
	readonly quick: boolean;
}
