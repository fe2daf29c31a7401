/** The worker's side of Piscina. Plain JavaScript, so that any Node runs it. */
// oxlint-disable-next-line import/no-default-export -- Piscina calls the default export
export default (value) => value + 1;
