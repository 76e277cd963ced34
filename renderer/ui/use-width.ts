/** How wide an element is inside, in pixels of the page, as it changes; 0 before it is shown. */
import { useLayoutEffect, useRef, useState } from 'react'

export function useWidth<Shown extends HTMLElement = HTMLDivElement>() {
  const ref = useRef<Shown>(null)
  const [width, setWidth] = useState(0)
  useLayoutEffect(() => {
    const element = ref.current
    if (!element) return
    const observer = new ResizeObserver(([entry]) => setWidth(entry?.contentRect.width ?? 0))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  return [ref, width] as const
}
