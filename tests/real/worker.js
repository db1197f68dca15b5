// Four workers add to shared memory, hash in libuv's pool and send their sums home.
const { Worker, isMainThread, parentPort, workerData } = require("worker_threads");
const crypto = require("crypto");

if (isMainThread) {
  const cells = new Int32Array(new SharedArrayBuffer(8));
  let sum = 0, left = 4;
  for (let n = 0; n < 4; n++) {
    const worker = new Worker(__filename, { workerData: { cells, n } });
    worker.on("message", (value) => (sum += value));
    worker.on("exit", (code) => {
      if (code) process.exitCode = code;
      if (--left === 0) console.log(Atomics.load(cells, 0), sum);
    });
  }
} else {
  for (let i = 0; i < 10000; i++) Atomics.add(workerData.cells, 0, 1);
  crypto.pbkdf2("word", "salt" + workerData.n, 2000, 8, "sha256", (error, key) => {
    parentPort.postMessage(key.readUInt32LE(0));
  });
}
