/*
 * Any bytes as a chain: each certificate follows its length in two bytes. What is said of it holds
 * together, and OpenSSL's queue of errors stays empty.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/err.h>

#include "base/mem.h"
#include "base/reader.h"
#include "base/utf8.h"
#include "results/chain.h"
#include "results/measurement.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool claim)
{
	if (!claim)
		abort();
}

static void
check_facts(const struct chain_facts *f)
{
	size_t i;

	must(f->unparsed + f->unread <= f->length);
	must(f->forged_marks >= 0 && f->forged_marks <= 5);
	must(f->nnames <= CHAIN_NAMES_MOST);
	must(!f->known_signed || f->known_by_key);
	must(!f->known_by_key || f->known != NULL);
	must(f->known == NULL || f->known->observed);
	for (i = 0; i < f->nnames; i++)
		must(strpbrk(f->names[i], " \r\n\t") == NULL);
	if (!f->parsed)
		return;
	must(f->path_length >= 1 && f->path_length <= CHAIN_CERTIFICATES_MOST);
	must(utf8_valid(f->subject, strlen(f->subject)));
	must(utf8_valid(f->issuer, strlen(f->issuer)));
	must(utf8_valid(f->top_issuer, strlen(f->top_issuer)));
	must(strlen(f->leaf_sha256) == 64);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char table[] =
	    "name\tsubject\tissuer\tsha1\tsha256\tspki_sha256\tobserved\twhen\tsource\n"
	    "Q\tC=KZ, CN=Qaznet Trust Network\t\t\t\t\tyes\t\t\n"
	    "R\tCN=Root\t\t\t\t\tno\t\t\n";
	struct arena *arena = arena_new();
	struct known_cas cas = {0};
	struct bytes *der = NULL;
	struct chain_facts facts;
	struct reader r;
	size_t n = 0, len;

	known_cas_parse("table", table, sizeof(table) - 1, &cas);
	reader_init(&r, data, size);
	while (reader_left(&r) > 0) {
		struct bytes *one;

		len = reader_u16(&r);
		if (r.failed)
			break;
		len = len < reader_left(&r) ? len : reader_left(&r);
		one = ARENA_PUSH(arena, der, n);
		/* A copy of just that size, so that a read too far is seen. */
		one->data = xmemdup(reader_bytes(&r, len), len);
		one->len = len;
	}
	chain_classify(der, n, 1780272000000000, &cas, arena, &facts);
	check_facts(&facts);
	if (n > 0)
		chain_is_for(&der[0], "site.test");
	must(ERR_peek_error() == 0);
	while (n > 0)
		free(der[--n].data);
	known_cas_clear(&cas);
	arena_free(arena);
	return 0;
}
