/** Numbers for people; null stays null. */

export function bitrate(bitsPerSecond: number | null): string | null {
  if (bitsPerSecond === null) return null;
  const kbit = bitsPerSecond / 1000;
  return kbit < 1000 ? `${Math.round(kbit)} kbit/s` : `${(kbit / 1000).toFixed(1)} Mbit/s`;
}

export function percent(share: number | null): string | null {
  return share === null ? null : `${(share * 100).toFixed(1)} %`;
}

export function milliseconds(ms: number | null): string | null {
  return ms === null ? null : `${Math.round(ms)} ms`;
}

/** `1280×720`. */
export function resolution(width: number | null, height: number | null): string | null {
  return width === null || height === null ? null : `${width}×${height}`;
}

export function perSecond(frames: number | null): string | null {
  return frames === null ? null : `${Math.round(frames)} fps`;
}
