/** What one pressed may leave the page by it: the focus then goes on to what came in its place, and is never taken from anything. */
import { useEffect, useRef, type RefObject } from 'react'

export function useLostFocus<Place extends HTMLElement>(): RefObject<Place | null> {
  const place = useRef<Place>(null)
  useEffect(() => {
    if (document.activeElement === document.body) place.current?.focus({ preventScroll: true })
  }, [])
  return place
}
