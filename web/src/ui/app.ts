import { createContext, useContext } from 'react';
import { useStore } from 'zustand';
import { useShallow } from 'zustand/react/shallow';
import type { Levels } from '../client/levels';
import type { RoomClient } from '../client/RoomClient';
import type { Params } from '../settings/params';
import type { Store } from '../state/store';
import type { State } from '../state/types';

/** What every screen can reach. */
export interface App {
  store: Store;
  client: RoomClient;
  levels: Levels;
  params: Params;
}

export const AppContext = createContext<App | null>(null);

export function useApp(): App {
  const app = useContext(AppContext);
  if (app === null) throw new Error('a screen is used outside AppContext');
  return app;
}

/** A part of the state; the component follows it. */
export function useRoom<T>(select: (state: State) => T): T {
  return useStore(useApp().store, select);
}

/** Several parts of the state at once; the component follows each. */
export function useRoomParts<T extends object>(select: (state: State) => T): T {
  return useStore(useApp().store, useShallow(select));
}
