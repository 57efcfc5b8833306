import { HYPER_UNIT, type Job } from "./job.ts";
import type { Tape } from "./tape.ts";

/** Which rows a step takes, and what the next one begins with. All are int64 or bool. */
export interface Batch {
	/** Whether this is a step of training: [1]. */
	readonly training: string;
	/** Numbers of the rows, beyond the last one where the data ends within the batch: [B]. */
	readonly rows: string;
	/** The same, but none beyond the last. */
	readonly indices: string;
	readonly nextStep: string;
	readonly nextPosition: string;
}

/**
 * Steps of training go round the training rows in whole batches; then the other rows follow, each once. What is
 * carried is the position, since a remainder of step·batch would need a table of all its values.
 */
export function nextBatch(tape: Tape, hyper: string, step: string, position: string, job: Job): Batch {
	const { batch, parts } = job;
	const { train } = parts;
	const total = train + parts.validation + parts.test;
	const whole = (value: number): string => tape.ints([value]);
	const last = tape.slice(hyper, [0], [0], [1]);
	const training = tape.compare("Less", step, last);
	const offsets = tape.ints(Array.from({ length: batch }, (_, k) => k));
	const rows = tape.add(position, offsets);
	const nextStep = tape.add(step, whole(1));
	const after = tape.add(position, whole(batch));
	const wraps = tape.compare("Greater", after, whole(train - batch));
	const again = tape.where(wraps, whole(0), after);
	const onward = tape.where(training, whole(train), after);
	return {
		training,
		rows,
		indices: tape.min(rows, whole(total - 1)),
		nextStep,
		nextPosition: tape.where(tape.compare("Less", nextStep, last), again, onward),
	};
}

/** A number of `hyper` in units of 2^−24: float [1]. */
export function settingOf(tape: Tape, hyper: string, index: number): string {
	return tape.scaled(tape.cast(tape.slice(hyper, [0], [index], [index + 1]), "float32"), HYPER_UNIT);
}

/** The scores of the rows before `end`, 0 for others. */
export function before(tape: Tape, scores: string, rows: string, end: number): string {
	return tape.masked(tape.compare("Less", rows, tape.ints([end])), scores);
}

/** The scores of the rows from `start` on, 0 for others. */
export function from(tape: Tape, scores: string, rows: string, start: number): string {
	return tape.masked(tape.compare("GreaterOrEqual", rows, tape.ints([start])), scores);
}
