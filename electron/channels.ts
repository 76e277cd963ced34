/** The channels between the page and the main process. */
export const channels = { call: 'lethe:call', topic: 'lethe:topic', dropped: 'lethe:dropped' } as const
