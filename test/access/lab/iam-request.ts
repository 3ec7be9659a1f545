import { createHash, createHmac } from 'node:crypto'

export interface IamServer {
  readonly endpoint: string
  readonly region: string
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
}

/** One request of IAM, signed by hand: the tests need five actions of it, and no client is installed. */
export async function iamRequest(
  { endpoint, region, credentials }: IamServer,
  parameters: Readonly<Record<string, string>>,
): Promise<void> {
  const url = new URL(endpoint)
  // Some servers take a plus for itself.
  const body = new URLSearchParams({ Version: '2010-05-08', ...parameters }).toString().replaceAll('+', '%20')
  const date = new Date().toISOString().replace(/[-:]|\.\d+/g, '')
  const hash = (text: string): string => createHash('sha256').update(text).digest('hex')
  const headers: Readonly<Record<string, string>> = {
    'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
    host: url.host,
    'x-amz-content-sha256': hash(body),
    'x-amz-date': date,
  }
  const signed = Object.keys(headers).join(';')
  const canonical = ['POST', '/', '', ...Object.entries(headers).map((header) => header.join(':')), '', signed, hash(body)].join('\n')
  const scope = `${date.slice(0, 8)}/${region}/iam/aws4_request`
  const text = ['AWS4-HMAC-SHA256', date, scope, hash(canonical)].join('\n')
  const hmac = (key: string | Buffer, data: string): Buffer => createHmac('sha256', key).update(data).digest()
  const key = [date.slice(0, 8), region, 'iam', 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${credentials.secretAccessKey}`)
  const signature = hmac(key, text).toString('hex')
  const authorization = `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${signed}, Signature=${signature}`
  const answer = await fetch(url, { method: 'POST', headers: { ...headers, authorization }, body })
  if (!answer.ok) throw new Error(`IAM refused ${parameters.Action}: HTTP ${answer.status} ${await answer.text()}`)
  await answer.arrayBuffer()
}
