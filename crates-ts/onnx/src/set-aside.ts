/** Data in temporary files where there are files, in memory in browsers. */
export { setAside } from "#large-data";
