#pragma once
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>

// Keys an HMAC-SHA-256 context. Swift cannot build the OSSL_PARAM array that names the digest: OSSL_PARAM_SHA256's
// constants are macros, and the parameter keeps a pointer to a string that must outlive only this call.
static inline int builderd_hmac_sha256_init(EVP_MAC_CTX *context, const unsigned char *key, size_t length) {
    char digest[] = "SHA256";
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end(),
    };
    return EVP_MAC_init(context, key, length, parameters);
}

// Starts the next message under the key that the context already has.
static inline int builderd_hmac_restart(EVP_MAC_CTX *context) {
    return EVP_MAC_init(context, NULL, 0, NULL);
}
