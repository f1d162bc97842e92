import type { CSSProperties } from 'react';

/**
 * Custom properties for an element. React sets them through the CSSOM, which a policy against
 * inline styles permits.
 */
export function cssVars(vars: Record<`--${string}`, string | number>): CSSProperties {
  return vars;
}
