// Whether all that was sent is stored as it was; the API server may add defaults beside it.
function holds(stored, sent) {
  if (sent === null || typeof sent !== 'object') {
    return stored === sent;
  }
  const sameLength = !Array.isArray(sent) || (Array.isArray(stored) && stored.length === sent.length);
  return stored !== null && typeof stored === 'object' && sameLength && Object.entries(sent).every(([key, value]) => holds(stored[key], value));
}

module.exports = { holds };
