/* Finds the blocks of a PEM file; what is inside them is OpenSSL's work. */
#include "probe/pem.h"

#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>

struct line {
	const char *text;
	size_t len;
};

/* Looks at the line at `pos` without moving; false at the end. */
static bool
line_at(const struct pem *pem, size_t pos, struct line *line)
{
	const char *end;

	if (pos >= pem->len)
		return false;
	line->text = pem->text + pos;
	end = memchr(line->text, '\n', pem->len - pos);
	line->len = end != NULL ? (size_t)(end - line->text) + 1 : pem->len - pos;
	return true;
}

static bool
begins(const struct line *line, const char *word)
{
	size_t len = strlen(word);

	return line->len >= len && memcmp(line->text, word, len) == 0;
}

static bool
holds(const struct line *line, const char *word)
{
	return memmem(line->text, line->len, word, strlen(word)) != NULL;
}

void
pem_open(struct pem *pem, const char *text, size_t len)
{
	static const char bom[] = "\xef\xbb\xbf";

	*pem = (struct pem){.text = text, .len = len, .next_line = 1};
	if (len >= 3 && memcmp(text, bom, 3) == 0)
		pem->pos = 3;
}

void
pem_close(struct pem *pem)
{
	OPENSSL_free(pem->der);
	pem->der = NULL;
}

static enum pem_result
broken(struct pem *pem, const char *error)
{
	pem->error = error;
	return PEM_BROKEN;
}

/* Moves past the block whose BEGIN line was just passed; false when it has no END line of its own.
 */
static bool
pass_block(struct pem *pem)
{
	struct line line;

	while (line_at(pem, pem->pos, &line) && !begins(&line, "-----BEGIN ")) {
		pem->pos += line.len;
		pem->next_line++;
		if (begins(&line, "-----END "))
			return true;
	}
	return false;
}

static enum pem_result
decode_block(struct pem *pem, const char *block, size_t len)
{
	BIO *bio;
	char *name = NULL, *header = NULL;
	long der_len = 0;
	bool is_certificate;
	int ok;

	if (len > INT_MAX)
		return broken(pem, "a block of over 2 GB");
	bio = BIO_new_mem_buf(block, (int)len);
	if (bio == NULL)
		return broken(pem, "no memory to decode it");
	ERR_clear_error();
	ok = PEM_read_bio(bio, &name, &header, &pem->der, &der_len);
	BIO_free(bio);
	if (ok != 1) {
		pem->error = ERR_reason_error_string(ERR_peek_last_error());
		return broken(pem, pem->error != NULL ? pem->error : "no PEM block");
	}
	is_certificate =
	    strcmp(name, PEM_STRING_X509) == 0 || strcmp(name, PEM_STRING_X509_OLD) == 0;
	OPENSSL_free(name);
	OPENSSL_free(header);
	pem->der_len = (size_t)der_len;
	return is_certificate ? PEM_CERTIFICATE : broken(pem, "the block is not a CERTIFICATE");
}

enum pem_result
pem_next(struct pem *pem)
{
	struct line line;
	size_t start;

	OPENSSL_free(pem->der);
	pem->der = NULL;
	while (line_at(pem, pem->pos, &line)) {
		start = pem->pos;
		pem->line = pem->next_line++;
		pem->pos += line.len;
		if (begins(&line, "-----BEGIN "))
			return pass_block(pem)
			           ? decode_block(pem, pem->text + start, pem->pos - start)
			           : broken(pem, "the block has no END line");
		/* A damaged BEGIN line must not turn its certificate into a comment. */
		if (holds(&line, "BEGIN CERTIFICATE") || holds(&line, "END CERTIFICATE"))
			return broken(pem, "a BEGIN or END line that is damaged or out of place");
	}
	return PEM_END;
}
