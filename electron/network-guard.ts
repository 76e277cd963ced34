/**
 * A tripwire in the processes that do the work: the doors of Node to the network throw. The browser's rules do not reach
 * these processes. Native code could still pass; that nothing tries is shown by running without any interface.
 */
/* eslint-disable no-restricted-imports -- imported to be closed */
import dgram from 'node:dgram'
import dns from 'node:dns'
import net from 'node:net'

function refuse(what: string): never {
  throw new Error(`${what} was called. Lethe is offline: nothing may open a connection.`)
}

export function closeNetwork(): void {
  net.Socket.prototype.connect = () => refuse('net.Socket.connect')
  net.Server.prototype.listen = () => refuse('net.Server.listen')
  dgram.createSocket = () => refuse('dgram.createSocket')
  Object.assign(dns, { lookup: () => refuse('dns.lookup'), resolve: () => refuse('dns.resolve') })
}
