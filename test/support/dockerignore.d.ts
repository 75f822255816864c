// Of this package, whose own types are not published: what is used here.
declare module '@balena/dockerignore' {
  type Ignore = { add(patterns: string): Ignore; ignores(path: string): boolean };
  const dockerignore: () => Ignore;
  // oxlint-disable-next-line import/no-default-export
  export default dockerignore;
}
