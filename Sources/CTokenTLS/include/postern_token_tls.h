// TLS with a private key that stays in a token. libmosquitto 2.0.11 takes the name of a key for a
// file, so the key goes into a context of OpenSSL that is handed to the library whole.
#ifndef POSTERN_TOKEN_TLS_H
#define POSTERN_TOKEN_TLS_H

#include <stddef.h>

enum postern_token_failure {
  POSTERN_TOKEN_OK,
  POSTERN_TOKEN_NO_ENGINE,   // OpenSSL has no engine `pkcs11`.
  POSTERN_TOKEN_NO_KEY,      // No key at the URI, or the PIN is wrong.
  POSTERN_TOKEN_CERTIFICATE, // The file holds no certificate, or one of another key.
  POSTERN_TOKEN_MEMORY,
};

// Makes an SSL_CTX with the certificates of a PEM file and the key that a PKCS#11 URI (RFC 7512)
// names. The caller frees it with postern_token_free. `detail` gets OpenSSL's words, at most `size`
// bytes with the final zero.
enum postern_token_failure postern_token_context(
    const char *uri, const char *certificate_file, void **context, char *detail, size_t size);

void postern_token_free(void *context);

#endif
