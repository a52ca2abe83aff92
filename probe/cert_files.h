/* Reads files of certificates into a store, or only hashes them; says where one is broken. */
#ifndef PROBE_CERT_FILES_H
#define PROBE_CERT_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <openssl/x509.h>

#include "base/buf.h"

enum { CERT_HASH_SIZE = 32 };

/* What is done with the certificates of one or more files. Zeroed before first use. */
struct cert_files {
	X509_STORE *store; /* borrowed; NULL: they are only hashed */
	struct buf seen;   /* SHA-256 of each, CERT_HASH_SIZE bytes a piece; buf_free it */
	size_t n;          /* different ones */
	size_t broken;
	bool lenient; /* broken ones are warned about, not errors; they are counted all the same */
	/* Called for each that was not seen before; NULL nothing. */
	void (*fresh)(const uint8_t hash[CERT_HASH_SIZE], void *arg);
	void *arg;
};

/*
 * Reads a PEM file. Returns 0, or -1 with errno set when it cannot be read; broken blocks are
 * logged and counted.
 */
int cert_files_read(struct cert_files *files, const char *path);
/*
 * Reads every .crt of a directory; one that cannot be read is broken. Returns how many there are,
 * -1 when it cannot be listed.
 */
int cert_files_read_directory(struct cert_files *files, const char *directory);
/*
 * Reads a file that must be there, hold a certificate, and have nothing broken. Returns 0, or -1
 * after logging why.
 */
int cert_files_read_required(struct cert_files *files, const char *path);
/* What OpenSSL's last error says, static. */
const char *cert_files_reason(void);

#endif
