/* A quicker way to decode public keys; see key_engine.h. */
#define OPENSSL_SUPPRESS_DEPRECATED /* ENGINEs are on their way out; without them all just costs more */
#include "config.h"

#include "probe/key_engine.h"

#include <openssl/opensslconf.h>

#if defined(ENABLE_KEY_ENGINE) && !defined(OPENSSL_NO_ENGINE)

#include <openssl/engine.h>
#include <openssl/evp.h>

/* The key types of public certificates; PSS and Ed25519 are rare enough to go the long way. */
static const int key_types[] = {EVP_PKEY_EC, EVP_PKEY_RSA};

enum { NTYPES = sizeof(key_types) / sizeof(key_types[0]) };

/* ENGINE's interface: with a place for a method, that of the type; else the list of types. */
static int
engine_methods(ENGINE *engine, EVP_PKEY_METHOD **method, const int **types, int type)
{
	int i;

	(void)engine;
	if (method == NULL) {
		*types = key_types;
		return NTYPES;
	}
	for (i = 0; i < NTYPES; i++) {
		if (key_types[i] == type) {
			/* The interface lacks a const; the built-in methods are not ours to change, nor does it. */
			union {
				const EVP_PKEY_METHOD *in;
				EVP_PKEY_METHOD *out;
			} built_in = {.in = EVP_PKEY_meth_find(type)};

			*method = built_in.out;
			return *method != NULL;
		}
	}
	*method = NULL;
	return 0;
}

void
key_engine_install(void)
{
	/* Never freed: OpenSSL's table of methods borrows it for the life of the process. */
	static ENGINE *engine;

	if (engine != NULL || (engine = ENGINE_new()) == NULL)
		return;
	if (ENGINE_set_id(engine, "netvane-keys") && ENGINE_set_name(engine, "built-in key methods") &&
	    ENGINE_set_pkey_meths(engine, engine_methods))
		ENGINE_register_pkey_meths(engine);
}

#else

void
key_engine_install(void)
{
}

#endif
