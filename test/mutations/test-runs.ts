import { join } from "node:path";
import { createVitest, type TestModule, type Vitest } from "vitest/node";

/** Why a test fails. */
export interface Failure {
	/** of the test, or of the file if that could not be run */
	readonly name: string;
	readonly message: string;
}

/** Runs test files of a copy of the project, one at a time, and keeps what was read of modules that do not change. */
export class TestRuns {
	readonly #copy: string;
	readonly #vitest: Vitest;

	private constructor(copy: string, vitest: Vitest) {
		this.#copy = copy;
		this.#vitest = vitest;
	}

	/** The processes of the tests start in the working directory and with the environment of this one. */
	static async open(copy: string): Promise<TestRuns> {
		const options = { root: copy, watch: false, bail: 1, maxWorkers: 1, reporters: [{}] };
		return new TestRuns(copy, await createVitest(options));
	}

	/** A file of the copy has another text now. */
	changed(path: string): void {
		this.#vitest.invalidateFile(path);
	}

	/**
	 * The first failure of a test file, undefined if all its tests pass.
	 *
	 * @throws Error if there is no such test file
	 */
	async failureOf(test: string): Promise<Failure | undefined> {
		const specifications = await this.#vitest.globTestSpecifications([join(this.#copy, test)]);
		if (specifications.length !== 1)
			throw new Error(`${test} is ${specifications.length} test files, not one`);
		const { testModules, unhandledErrors } = await this.#vitest.runTestSpecifications(specifications);
		const module = testModules.find(({ moduleId }) => moduleId === specifications[0].moduleId);
		if (module === undefined) throw new Error(`vitest did not run ${test}: ${unhandledErrors.join("\n")}`);
		if (module.ok() && unhandledErrors.length === 0) return undefined;
		const { value: failed } = module.children.allTests("failed").next();
		if (failed !== undefined)
			return { name: failed.fullName, message: messageOf(failed.result().errors ?? []) };
		return { name: test, message: messageOf([...errorsOf(module), ...unhandledErrors]) };
	}

	close(): Promise<void> {
		return this.#vitest.close();
	}
}

/** What kept a file or its hooks from running. */
function errorsOf(module: TestModule): unknown[] {
	return [...module.errors(), ...[...module.children.allSuites()].flatMap((suite) => suite.errors())];
}

function messageOf(errors: readonly unknown[]): string {
	return errors
		.map((error) =>
			typeof error === "object" && error !== null && "message" in error ? error.message : `${error}`,
		)
		.join("\n");
}
