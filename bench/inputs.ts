/** Names of what prepare.js leaves in the work folder. */
export const PAIRS = 'pairs.json';
/** One line for each certificate: the manifests as JSON, in the order of their files. */
export const MANIFESTS = 'manifests.ndjson';
export const FOLDER = 'folder';
