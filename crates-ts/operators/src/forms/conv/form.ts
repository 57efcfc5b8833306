/** Dot: x [N, C, …spatial], w [M, C/group, …kernel] → [N, M, …spatial']. */
export interface ConvForm {
	readonly type: "conv";
	readonly strides: readonly number[];
	readonly pads: readonly number[];
	readonly dilations: readonly number[];
	readonly group: number;
}
