import { perSecond, resolution } from '../../quality/format';

interface Picture {
  codec: string | null;
  width: number | null;
  height: number | null;
  frameRate: number | null;
}

/** `1280×720 · 30 fps · VP8`; what is not known is left out. */
export function summary(picture: Picture | null): string {
  const parts = [
    resolution(picture?.width ?? null, picture?.height ?? null),
    perSecond(picture?.frameRate ?? null),
    picture?.codec ?? null,
  ];
  return parts.filter((part) => part !== null).join(' · ') || '–';
}
