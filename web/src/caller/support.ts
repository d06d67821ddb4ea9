/** Whether this browser can call at all: it must have WebRTC, and a secure context for the microphone. */
export const supported = (): boolean =>
  'RTCPeerConnection' in globalThis && 'mediaDevices' in navigator && 'AudioContext' in globalThis;
