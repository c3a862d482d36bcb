/** Hears no more of a socket and closes it: one that is still connecting as soon as it is open, for a browser warns of less. */
export function hangUp(socket: WebSocket): void {
  socket.onopen = socket.onmessage = socket.onclose = null;
  if (socket.readyState === WebSocket.CONNECTING) socket.onopen = () => socket.close();
  else socket.close();
}
