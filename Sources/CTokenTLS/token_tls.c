// Debian 12 and 13 reach tokens by an engine; the newer interface has no provider for PKCS#11 in
// Debian 12.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "postern_token_tls.h"

#include <openssl/engine.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

static enum postern_token_failure fill(SSL_CTX *context, const char *uri, const char *certificate) {
  ENGINE_load_builtin_engines();
  ENGINE *engine = ENGINE_by_id("pkcs11");
  if (!engine) return POSTERN_TOKEN_NO_ENGINE;
  if (!ENGINE_init(engine)) {
    ENGINE_free(engine);
    return POSTERN_TOKEN_NO_ENGINE;
  }
  // Nobody is there to type a PIN: it stands in the URI, or in a file that the URI names.
  EVP_PKEY *key = ENGINE_load_private_key(engine, uri, UI_null(), NULL);
  // The key keeps the engine as long as it lives.
  ENGINE_finish(engine);
  ENGINE_free(engine);
  if (!key) return POSTERN_TOKEN_NO_KEY;
  int fits = SSL_CTX_use_certificate_chain_file(context, certificate) == 1 &&
             SSL_CTX_use_PrivateKey(context, key) == 1 && SSL_CTX_check_private_key(context) == 1;
  EVP_PKEY_free(key);
  return fits ? POSTERN_TOKEN_OK : POSTERN_TOKEN_CERTIFICATE;
}

enum postern_token_failure postern_token_context(
    const char *uri, const char *certificate_file, void **context, char *detail, size_t size) {
  *context = NULL;
  if (size > 0) detail[0] = 0;
  ERR_clear_error();
  SSL_CTX *made = SSL_CTX_new(TLS_client_method());
  if (!made) return POSTERN_TOKEN_MEMORY;
  enum postern_token_failure failure = fill(made, uri, certificate_file);
  if (failure != POSTERN_TOKEN_OK) {
    unsigned long error = ERR_peek_error();
    if (error && size > 0) ERR_error_string_n(error, detail, size);
    ERR_clear_error();
    SSL_CTX_free(made);
    return failure;
  }
  *context = made;
  return POSTERN_TOKEN_OK;
}

void postern_token_free(void *context) { SSL_CTX_free(context); }
