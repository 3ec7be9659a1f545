/**
 * One text, `sampleText`, as the reference tools for LZ4 and Zstandard packed it, in base64: LZ4 with blocks that reach
 * back into each other, their size and all checksums; LZ4 with blocks of their own and none; Zstandard with its size
 * and checksum; Zstandard without.
 */
export function sampleText(): string {
  let text = ''
  for (let i = 0; text.length < 150_000; i++) text += `row ${i % 7}${i % 911 === 0 ? ` mark ${i}` : ''}\n`
  return text.slice(0, 150_000)
}

const linkedLz4 = [
  'BCJNGFxA8EkCAAAAAADpsAEAANByb3cgMCBtYXJrIDAKDQARMQYAETIGABEzBgARNAYAETUGABE2BgAPKgD///////////////////////////8zAmEVLzkx',
  'XRX///////////////////////////9XAioAAmMVPzE4Ml4V////////////////////////////VwIqAAJkFT8yNzNeFf//////////////////////////',
  '/1cCKgACZBU/MzY0XhX///////////////////////////9XAioAAmQVPzQ1NV4V////////////////////////////VwIqAAJkFT81NDZeFf//////////',
  '/////////////////1cXCriVTzYzNzdeFf///////////////////////////1YIu5VPNzI4OF4V////////////////////////////Vgi8lU84MTk5XhX/',
  '//////////////////////////9WCLyVTzkxMTBeFf///////////////////////////1YIvJVfMTAwMjG3FP//////////////////////////pFB3IDMK',
  'chhWLhqNAQAAD72VpV8xMDkzMl8V////////////////////////////Vgi+lV8xMTg0M18V////////////////////////////Vgi/lV8xMjc1NF8V////',
  '////////////////////////VgjAlV8xMzY2NV8V////////////////////////////VgjBlV8xNDU3Nl8V////////////////////////////VgjClV8x',
  'NTQ4N18V////////////////////////////VgnDlU82Mzk4XxX///////////////////////////9WCcOVTzczMDlfFf//////////////////////////',
  '/1YJw5VPODIyMF8V////////////////////////////VgnDlU85MTMxXxX///////////////////////////9WCMOVXzIwMDQyXxX/////////////////',
  '//////////9WCMOVXzIwOTUzDxT/////////////////////////51Byb3cgNQYB0W9/AAAAD8OV/2JfMjE4NjRfFf///////////////////////////1YI',
  'w5VfMjI3NzVfFf///////////////////////////1YIw5VfMjM2ODZfFf///////////////////////////1YIw5VfMjQ1OTdpCP//////////OFB3IDIK',
  'chDwxo4AAAAA/I9Fmw==',
]
const plainLz4 = [
  'BCJNGGBAgrABAADQcm93IDAgbWFyayAwCg0AETEGABEyBgARMwYAETQGABE1BgARNgYADyoA////////////////////////////MwJhFS85MV0V////////',
  '////////////////////VwIqAAJjFT8xODJeFf///////////////////////////1cCKgACZBU/MjczXhX///////////////////////////9XAioAAmQV',
  'PzM2NF4V////////////////////////////VwIqAAJkFT80NTVeFf///////////////////////////1cCKgACZBU/NTQ2XhX/////////////////////',
  '//////9XFwq4lU82Mzc3XhX///////////////////////////9WCLuVTzcyODheFf///////////////////////////1YIvJVPODE5OV4V////////////',
  '////////////////Vgi8lU85MTEwXhX///////////////////////////9WCLyVXzEwMDIxtxT//////////////////////////6RQdyAzCnLBAQAAoW93',
  'IDQKcm93IDUGABE2BgARMAYAETEGABEyBgA/MwpyKgB1vyBtYXJrIDEwOTMyswAXDyoA////////////////////////////MgNlFU8xODQzXxX/////////',
  '//////////////////9WAioAA2UVTzI3NTRfFf///////////////////////////1YCKgADZRVPMzY2NV8V////////////////////////////VgIqAANl',
  'FU80NTc2XxX///////////////////////////9WAioAA2UVTzU0ODdfFf///////////////////////////1YCKgADZRVPNjM5OF8V////////////////',
  '////////////VgnDlU83MzA5XxX///////////////////////////9WCcOVTzgyMjBfFf///////////////////////////1YJw5VPOTEzMV8V////////',
  '////////////////////VgjDlV8yMDA0Ml8V////////////////////////////VgjDlV8yMDk1Mw8U/////////////////////////+dQcm93IDWqAAAA',
  'YQpyb3cgNgYAETAGABExBgARMgYAETMGABE0BgAfNSoA/zK/IG1hcmsgMjE4NjRbARcPKgD///////////////////////////8yA2UVTzI3NzVfFf//////',
  '/////////////////////1YCKgADZRVPMzY4Nl8V////////////////////////////VgIqAANlFU80NTk3aQj//////////zhQdyAyCnIAAAAA',
]
const sizedZstd = [
  'KLUv/aTwSQIArAcAkkgVDtB13U18BTeyyW7iERUjhlw3U2TEU7U8psuWuoepeJhph1p2S2VMNUNDxMy0u6WqlnmIeJdmWrVE/O0g5dsByreDk28HJt8OSr4d',
  'kHw7GBEehox8e0aosQZyvf53ENBRWeoSMBMVgUNwQ3BDcEMwQ/DnBX/C9Ty0z3Y93/fJ9Xzvo68nfZ+7nmv65Hq69cHX07LPXU80fXI93frg62nZ564nmj55',
  'PeGhlfTRdj3oc7MPrqdDn76ewH10PZf0Wa7nfFSs0WnKBmBEQugUtmr40AMqvQpYkG1UHIB8Vh0OMJWv2pnVuUGqwMokK/JML9VOvwq1AQCAMTg2NDI3NzUz',
  'Njg2NDU5Nw3gEMCRiXnL+rmr6HaP3ncp7u6x766Kq3us5w6xKlqtu9ZU5AaJV1bN',
]
const plainZstd = [
  'KLUv/QBArAcAkkgVDtB13U18BTeyyW7iERUjhlw3U2TEU7U8psuWuoepeJhph1p2S2VMNUNDxMy0u6WqlnmIeJdmWrVE/O0g5dsByreDk28HJt8OSr4dkHw7',
  'GBEehox8e0aosQZyvf53ENBRWeoSMBMVgUNwQ3BDcEMwQ/DnBX/C9Ty0z3Y93/fJ9Xzvo68nfZ+7nmv65Hq69cHX07LPXU80fXI93frg62nZ564nmj55PeGh',
  'lfTRdj3oc7MPrqdDn76ewH10PZf0Wa7nfFSs0WnKBmBEQugUtmr40AMqvQpYkG1UHIB8Vh0OMJWv2pnVuUGqwMokK/JML9VOvwq1AQCAMTg2NDI3NzUzNjg2',
  'NDU5Nw3gEMCRiXnL+rmr6HaP3ncp7u6x766Kq3us5w6xKlqtu9ZU5AY=',
]

const bytes = (lines: readonly string[]): Uint8Array => Uint8Array.from(Buffer.from(lines.join(''), 'base64'))

export const packedSamples = {
  lz4: { linked: bytes(linkedLz4), plain: bytes(plainLz4) },
  zstd: { sized: bytes(sizedZstd), plain: bytes(plainZstd) },
}
