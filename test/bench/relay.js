/**
 * The least that a chat can cost: rooms of two sockets, each text passed on to the other and
 * acknowledged to its sender. Stores nothing, checks nothing. Prints the port it listens on.
 */
import { WebSocketServer } from 'ws';

const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
/** @type {Map<string, Set<import('ws').WebSocket>>} */
const rooms = new Map();

server.on('connection', (socket, { url = '' }) => {
  const room = rooms.get(url) ?? new Set();
  rooms.set(url, room.add(socket));
  socket.on('message', (/** @type {Buffer} */ data) => {
    const text = data.toString();
    // What it takes to know which message is acknowledged.
    const { cid } = /** @type {{ cid: string }} */ (JSON.parse(text));
    for (const other of room) if (other !== socket) other.send(text);
    socket.send(`{"type":"ack","cid":"${cid}"}`);
  });
  socket.on('close', () => {
    room.delete(socket);
    if (room.size === 0) rooms.delete(url);
  });
});

server.on('listening', () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  process.stdout.write(`${port}\n`);
});
