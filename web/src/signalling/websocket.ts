/**
 * Stands in for the Node package `websocket` that protoo-client imports: the browser's own class,
 * under the name that package uses.
 */
export const w3cwebsocket = globalThis.WebSocket;
