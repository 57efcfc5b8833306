/** Dot: a […, m, k], b […, k, n] with NumPy broadcasting of the leading axes → […, m, n]. Both ≥ 2-D. */
export interface MatmulForm {
	readonly type: "matmul";
}
