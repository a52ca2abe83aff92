/*
 * Certificates in a PEM file (RFC 7468), one block at a time, with the line each begins on:
 * OpenSSL's own readers pass over what they do not understand and cannot say where it was.
 */
#ifndef PROBE_PEM_H
#define PROBE_PEM_H

#include <stddef.h>
#include <stdint.h>

struct pem {
	const char *text; /* borrowed */
	size_t len, pos;
	int next_line;
	/* After pem_next: the line the block begins on, and its DER or what is wrong with it. */
	int line;
	uint8_t *der;
	size_t der_len;
	const char *error; /* static */
};

enum pem_result { PEM_END, PEM_CERTIFICATE, PEM_BROKEN };

/* Text outside of blocks is comment. Call pem_close after the last pem_next. */
void pem_open(struct pem *pem, const char *text, size_t len);
/*
 * The next certificate, its DER valid until the next call (base64 is checked, the certificate
 * is not); or PEM_BROKEN, after which one may go on: a block that does not decode, that has no end,
 * that holds something else than a certificate, or a BEGIN or END line out of place.
 */
enum pem_result pem_next(struct pem *pem);
void pem_close(struct pem *pem);

#endif
