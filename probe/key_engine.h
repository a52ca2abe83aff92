/*
 * A quicker way to decode the public keys in certificates.
 *
 * OpenSSL 3.0 builds a chain of decoders anew for every certificate's key, which costs a third of a TLS handshake. Where an
 * ENGINE offers methods for a key's type, it first tries its old decoder, which costs next to nothing. So we
 * offer its own built-in methods as an ENGINE. Nothing else changes: the same code checks the same signatures.
 */
#ifndef PROBE_KEY_ENGINE_H
#define PROBE_KEY_ENGINE_H

/* For the whole process; again is fine. Does nothing where this OpenSSL has no ENGINEs or was configured without them. */
void key_engine_install(void);

#endif
