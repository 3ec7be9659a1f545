export { sqliteStore } from '../stores/sqlite/sqlite-store.js'
