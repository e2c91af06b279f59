/** A workflow that returns at once, in a bundle that holds nothing else of ours. */
export async function empty(): Promise<void> {}
