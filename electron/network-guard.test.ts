import dgram from 'node:dgram'
import dns from 'node:dns'
import http from 'node:http'
import net from 'node:net'
import { expect, it } from 'vitest'
import { closeNetwork } from './network-guard.ts'

it('closes the doors of Node to the network', () => {
  closeNetwork()
  expect(() => net.connect(9, '127.0.0.1')).toThrow('Lethe is offline')
  expect(() => new net.Socket().connect('/tmp/socket')).toThrow('Lethe is offline')
  expect(() => net.createServer().listen(0)).toThrow('Lethe is offline')
  expect(() => dgram.createSocket('udp4')).toThrow('Lethe is offline')
  expect(() => dns.lookup('example.com', () => undefined)).toThrow('Lethe is offline')
  expect(() => http.get('http://127.0.0.1:9/')).toThrow('Lethe is offline')
})
