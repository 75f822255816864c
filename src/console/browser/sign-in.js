// Says beforehand that a browser keeps no session for an address that is not encrypted.

const warning = document.getElementById('insecure');
if (warning !== null) warning.hidden = globalThis.isSecureContext;
