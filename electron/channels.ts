/** The two channels between the page and the main process. */
export const channels = { call: 'lethe:call', topic: 'lethe:topic' } as const
