/** Height of the largest layer as long as nothing has been seen. */
const USUAL_HEIGHT = 720;

/** How tall the spatial layers of a picture are, as far as they have been seen; of others by halves and doubles. */
export class LayerHeights {
  readonly #seen = new Map<number, number>();
  readonly #layers: number;

  constructor(layers: number) {
    this.#layers = layers;
  }

  /** A layer has come, this tall. */
  see(layer: number, height: number): void {
    const before = this.#seen.get(layer);
    // Another camera: what was seen of the other layers is old.
    if (before !== undefined && before !== height) this.#seen.clear();
    this.#seen.set(layer, height);
  }

  of(layer: number): number {
    const distance = ([seen]: [number, number]) => Math.abs(seen - layer);
    const known = [...this.#seen].sort((one, other) => distance(one) - distance(other));
    const [seen, height] = known[0] ?? [this.#layers - 1, USUAL_HEIGHT];
    return height * 2 ** (layer - seen);
  }
}
