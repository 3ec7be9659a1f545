export { type ToArrowOptions, toArrow } from '../arrow/to-arrow.js'
