import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Levels } from './client/levels';
import { browserWorld, RoomClient } from './client/RoomClient';
import { exposeMiso } from './debug/miso';
import { randomPeerId, randomRoomName } from './settings/names';
import { parseParams, withRoom } from './settings/params';
import { loadPrefs, savePrefs } from './settings/prefs';
import { createRoomStore } from './state/store';
import { changeView } from './state/updates';
import './styles/tokens.css';
import './styles/base.css';
import { AppContext } from './ui/app';
import { Screens } from './ui/Screens';

const params = parseParams(location.search);
const roomId = params.roomId ?? randomRoomName();
if (params.roomId === null) {
  history.replaceState(null, '', withRoom(location.search, roomId) + location.hash);
}

const saved = loadPrefs();
const prefs = { ...saved, displayName: params.displayName ?? saved.displayName };
const store = createRoomStore(roomId, randomPeerId(), prefs);
const client = new RoomClient(store, params, browserWorld());
const levels = new Levels(store, client);

store.subscribe((state, before) => {
  if (state.prefs !== before.prefs) savePrefs(state.prefs);
});
if (params.stats) store.setState((state) => changeView(state, { panel: 'stats' }));
// Others see at once that this peer has gone, rather than when the network notices.
addEventListener('pagehide', () => {
  if (store.getState().phase.name !== 'lobby') client.leave();
});
exposeMiso(store, client);

const root = document.getElementById('app');
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <AppContext value={{ store, client, levels, params }}>
        <Screens />
      </AppContext>
    </StrictMode>,
  );
}
void start();

/** Devices first, then, if the address asks for it, straight into the room. */
async function start(): Promise<void> {
  client.media.watchDevices();
  client.media.setMuted(!prefs.micOn && !params.autojoin);
  await client.openDevices();
  if (params.autojoin && store.getState().phase.name === 'lobby') client.join();
}
