// The baseline: a call as it is set up without further thought. Two pages meet on a WebSocket that passes on whatever it
// is told; one offers, the other answers, candidates trickle, and nothing is prepared before the partner is there.
const main = document.querySelector('main');
const audio = document.querySelector('audio');
let socket, connection, microphone;

const say = (message) => socket.send(JSON.stringify(message));

function build(iceServers) {
  connection = new RTCPeerConnection({ iceServers, iceTransportPolicy: 'relay' });
  connection.onicecandidate = ({ candidate }) => candidate && say({ type: 'candidate', candidate });
  connection.ontrack = ({ track }) => { audio.srcObject = new MediaStream([track]); };
  connection.addTrack(microphone.getAudioTracks()[0], microphone);
}

const early = [];
async function describe(description) {
  await connection.setRemoteDescription(description);
  for (const candidate of early.splice(0)) await connection.addIceCandidate(candidate);
}

const heard = {
  async matched({ offers, ice_servers: iceServers }) {
    build(iceServers);
    if (!offers) return;
    await connection.setLocalDescription();
    say({ type: 'offer', description: connection.localDescription });
  },
  async offer({ description }) {
    await describe(description);
    await connection.setLocalDescription();
    say({ type: 'answer', description: connection.localDescription });
  },
  answer: ({ description }) => describe(description),
  candidate: ({ candidate }) => {
    if (connection.remoteDescription) return connection.addIceCandidate(candidate);
    early.push(candidate);
  },
  ping: () => say({ type: 'pong' }),
  pong: () => window.onPong(),
};

document.querySelector('button').onclick = async () => {
  const microphonePromise = navigator.mediaDevices.getUserMedia({ audio: true });
  socket = new WebSocket(`ws://${location.host}/meet`);
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    heard[message.type](message);
  };
  await new Promise((resolve) => { socket.onopen = resolve; });
  microphone = await microphonePromise;
  say({ type: 'ready' });
  main.dataset.state = 'waiting';
};

// How long a message takes from page to page: half of its way there and back, ms; the median of some.
window.signalingDelay = async () => {
  const delays = [];
  for (let n = 0; n < 9; n++) {
    const begun = performance.now();
    await new Promise((resolve) => { window.onPong = resolve; say({ type: 'ping' }); });
    delays.push((performance.now() - begun) / 2);
  }
  return delays.sort((a, b) => a - b)[4];
};
