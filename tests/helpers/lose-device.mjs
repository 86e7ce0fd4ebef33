// `node --import` this: the process's first GPU device is destroyed after HRM_LOSE_AFTER submissions.
import { globals } from 'webgpu'

const { GPUAdapter, GPUQueue } = globals
const { requestDevice } = GPUAdapter.prototype
const { submit } = GPUQueue.prototype
let left = Number(process.env.HRM_LOSE_AFTER)
let device

GPUAdapter.prototype.requestDevice = async function (descriptor) {
  device = await requestDevice.call(this, descriptor)
  return device
}
GPUQueue.prototype.submit = function (commands) {
  submit.call(this, commands)
  if (--left === 0) device.destroy()
}
