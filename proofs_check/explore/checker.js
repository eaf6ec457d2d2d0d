/**
 * The independent checker of certificates, for a page: a port of certificates.py, which says why its conditions are a
 * proof. It shares nothing with whatever finds certificates, and imports nothing.
 */

/**
 * @typedef {object} Condition
 * @property {string} name - what is compared, such as "the sum of the |dual weights|"
 * @property {boolean} holds
 * @property {string} required - short; "p/q" or a description of a long number
 * @property {string} given
 */

/**
 * @typedef {object} Finding
 * @property {boolean} accepted
 * @property {"right"|"wrong"|"unread"|"too large"} status - "unread": no certificate; "too large": nothing was decided
 * @property {Condition[]} conditions - all of them, those that hold and those that do not; none if it cannot be read
 * @property {string} [error] - where it is not accepted: one line, what is required and what was found
 * @property {string} [problem] - what it is about: kernel size, orders, objective, target
 * @property {string} [optimal] - where it is accepted: the error that is proved
 * @property {string} [canonical] - where it is accepted: the canonical JSON, whose SHA-256 is its name
 * @property {{zeros: number, residual: string, attained: boolean}[]} [residuals] - of kernels up to 256
 */

/**
 * Check a certificate: JSON text, or the bytes of a file. Never throws, whatever it is given.
 *
 * @param {string|Uint8Array|ArrayBuffer} source
 * @param {{limit?: number}} [options] - the most steps of about a nanosecond
 * @returns {Finding}
 */
export function check(source, { limit = 1e9 } = {}) {
  throw new Error("to come");
}

/** The hash that names a certificate. @param {string} canonical @returns {Promise<string>} hexadecimal */
export async function sha256(canonical) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(canonical));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
