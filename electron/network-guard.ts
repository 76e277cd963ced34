/**
 * A tripwire in the processes that run Node: its doors to the network throw, and each attempt is told. The browser's rules do not
 * reach these processes. Native code could still pass; that nothing tries is shown by e2e/offline.e2e.ts from outside.
 */
/* eslint-disable no-restricted-imports -- imported to be closed */
import dgram from 'node:dgram'
import dns from 'node:dns'
import net from 'node:net'

const resolvers = ['lookup', 'lookupService', 'resolve', 'resolve4', 'resolve6', 'reverse'] as const

/** `tell` hears the name of the door, never an address. */
export function closeNetwork(tell: (what: string) => void): void {
  const closed = (what: string) => (): never => {
    tell(what)
    throw new Error(`${what} was called. Lethe is offline: nothing may open a connection.`)
  }
  net.Socket.prototype.connect = closed('net.Socket.connect')
  net.Server.prototype.listen = closed('net.Server.listen')
  dgram.createSocket = closed('dgram.createSocket')
  for (const name of resolvers) {
    Object.assign(dns, { [name]: closed(`dns.${name}`) })
    Object.assign(dns.promises, { [name]: closed(`dns.promises.${name}`) })
  }
}
