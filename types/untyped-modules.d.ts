/** Modules of the npm registry that ship no types; each is wrapped by one file that gives its functions types. */
declare module "snarkjs";
declare module "circomlibjs";
declare module "circom2";
declare module "solc";
declare module "@20minutes/s3rver";
declare module "markdown-it";
