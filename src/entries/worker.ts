export { startFarSide } from '../isolation/worker-entry.js'
