import { describe, expect, it } from 'vitest'
import {
  formatBudget,
  formatBytes,
  formatCount,
  formatDuration,
  formatEpsilon,
  formatFigure,
  formatName,
  formatRate,
  formatRemaining,
  formatTime,
} from './format.ts'

describe('format', () => {
  it('groups counts', () =>
    expect([formatCount(999), formatCount(55_000), formatCount(1_234_567)]).toEqual([
      '999',
      '55\u202f000',
      '1\u202f234\u202f567',
    ]))
  it('keeps four digits of a figure', () =>
    expect([0.78412, -0.5, 12.34567, -12345.6, 3, 0, 1e-5, 12345678.9, NaN, Infinity].map(formatFigure)).toEqual([
      '0.7841',
      '−0.5000',
      '12.35',
      '−12\u202f346',
      '3',
      '0',
      '1.00e−5',
      '1.23e7',
      'undefined',
      '∞',
    ]))
  it('rounds what is spent up and what remains down', () => {
    expect([1, 0.9990001, 1.00000001, 12.341].map(formatEpsilon)).toEqual(['1.000', '1.000', '1.001', '12.35'])
    expect([10.001, 99.991, 12.34].map(formatEpsilon)).toEqual(['10.01', '100.00', '12.34'])
    expect([12.346, 10, 19.999].map(formatRemaining)).toEqual(['12.34', '10.00', '19.99'])
    expect([1, 0.9999, 9.0006, -1].map(formatRemaining)).toEqual(['1.000', '0.999', '9.000', '0.000'])
  })
  it('shows a budget as it was set, and never larger', () =>
    expect([10, 0.3, 0.1 + 0.2, 9.9996, 1.2345, 0.0004, 0].map(formatBudget)).toEqual([
      ...['10', '0.3', '0.3', '9.999', '1.234', '0.0004', '0'],
    ]))
  it('makes long durations coarse', () =>
    expect([4.4, 65, 601, 3600, 5400].map(formatDuration)).toEqual([
      '4 s',
      '1 min 05 s',
      '10 min',
      '1 h 00 min',
      '1 h 30 min',
    ]))
  it('turns slow rates around', () => expect([42.345, 0.25].map(formatRate)).toEqual(['42.3 steps/s', '4 s/step']))
  it('names', () =>
    expect(['generator-loss', 'cnn/accuracy', 'ε'].map(formatName)).toEqual(['Generator loss', 'Cnn accuracy', 'ε']))
  it('sizes', () => expect([12, 1234, 5_000_000].map(formatBytes)).toEqual(['12 B', '1.23 kB', '5.00 MB']))
  it('leaves a broken time alone', () => expect(formatTime('soon', new Date(0))).toBe('soon'))
})
