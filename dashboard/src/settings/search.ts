/** Whether every word occurs somewhere, whatever its case: a short list is searched by parts of words. */
export function matching(texts: readonly string[], q: string): boolean {
  const whole = texts.join("\n").toLowerCase();
  return q
    .toLowerCase()
    .split(/\s+/)
    .every((word) => whole.includes(word));
}
