/** The audio elements of the room, so that one click can start them all. */
const elements = new Set<HTMLAudioElement>();

export function registerSound(element: HTMLAudioElement): () => void {
  elements.add(element);
  return () => elements.delete(element);
}

/** Starts what the browser had refused to play; works only inside a click. */
export function enableSound(): void {
  for (const element of elements) {
    // The element's own `playing` event tells whether it helped.
    element.play().catch(() => undefined);
  }
}
