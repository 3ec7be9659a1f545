import { s3Contract } from './contract.js'
import { doubleServer } from './double-server.js'

s3Contract('double', doubleServer)
