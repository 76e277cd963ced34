import dgram from 'node:dgram'
import dns from 'node:dns'
import http from 'node:http'
import net from 'node:net'
import { expect, it } from 'vitest'
import { createAttempts } from './attempts.ts'
import { closeNetwork } from './network-guard.ts'

it('closes the doors of Node to the network, and counts who knocks', () => {
  const first: string[] = []
  const attempts = createAttempts((_process, what) => first.push(what))
  closeNetwork((what) => attempts.add('lab', what))
  expect(() => net.connect(9, '127.0.0.1')).toThrow('Lethe is offline')
  expect(() => new net.Socket().connect('/tmp/socket')).toThrow('Lethe is offline')
  expect(() => net.createServer().listen(0)).toThrow('Lethe is offline')
  expect(() => dgram.createSocket('udp4')).toThrow('Lethe is offline')
  expect(() => dns.lookup('example.com', () => undefined)).toThrow('Lethe is offline')
  expect(() => dns.promises.resolve4('example.com')).toThrow('Lethe is offline')
  expect(() => http.get('http://127.0.0.1:9/')).toThrow('Lethe is offline')
  const { attempts: count, refused } = attempts.state()
  expect(count).toBe(7)
  expect(refused.find(({ what }) => what === 'net.Socket.connect')?.count).toBe(3)
  expect(first).toEqual([
    'net.Socket.connect',
    'net.Server.listen',
    'dgram.createSocket',
    'dns.lookup',
    'dns.promises.resolve4',
  ])
})
