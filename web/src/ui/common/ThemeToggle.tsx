import { useEffect } from 'react';
import type { Theme } from '../../settings/prefs';
import { changePrefs } from '../../state/updates';
import { useApp, useRoom } from '../app';
import { IconButton } from './Button';
import { AutoThemeIcon, MoonIcon, SunIcon } from './icons';

const NEXT: Record<Theme, Theme> = { auto: 'light', light: 'dark', dark: 'auto' };
const NAME: Record<Theme, string> = { auto: 'same as system', light: 'light', dark: 'dark' };
const ICON = { auto: AutoThemeIcon, light: SunIcon, dark: MoonIcon };

/** Cycles through the system's colours, light and dark. */
export function ThemeToggle() {
  const { store } = useApp();
  const theme = useRoom((state) => state.prefs.theme);
  const Icon = ICON[theme];
  return (
    <IconButton
      label={`Colours: ${NAME[theme]}`}
      onClick={() => store.setState((state) => changePrefs(state, { theme: NEXT[theme] }))}
      testId="theme"
    >
      <Icon />
    </IconButton>
  );
}

/** Applies the choice to the page. */
export function useTheme(): void {
  const theme = useRoom((state) => state.prefs.theme);
  useEffect(() => {
    if (theme === 'auto') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
  }, [theme]);
}
