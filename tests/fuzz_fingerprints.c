/*
 * Any bytes as a file of patterns, and, behind the first NUL, as a page to hold against them; the
 * rows kept are whole, and what matches is one of them.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "results/blockpage.h"
#include "results/measurement.h"
#include "results/site.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool claim)
{
	if (!claim)
		abort();
}

static void
match(const struct fingerprints *f, const char *page, size_t len)
{
	char name[] = "Location", *value = strndup(page, len);
	struct http_header header = {name, value};
	const struct http_request r = {.headers = &header, .nheaders = 1};
	const struct fingerprint *found = fingerprints_match(f, &r, page, len, "KZ");
	size_t i, host;

	for (i = 0; i < fingerprints_count(f); i++)
		if (fingerprints_get(f, i) == found)
			break;
	must((found == NULL) == (i == fingerprints_count(f)));
	url_host(value, &host);
	must(host <= len);
	must(!blockpage_foreign_redirect(value, value) || host == 0 || value[0] == '/');
	free(value);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fingerprints *f = fingerprints_new();
	const uint8_t *nul = memchr(data, '\0', size);
	size_t len = nul != NULL ? (size_t)(nul - data) : size, i;

	log_set_level(LOG_LEVEL_ERROR);
	fingerprints_parse(f, "fuzz.csv", (const char *)data, len);
	for (i = 0; i < fingerprints_count(f); i++) {
		must(*fingerprints_get(f, i)->name != '\0');
		must(*fingerprints_get(f, i)->pattern != '\0');
	}
	if (nul != NULL)
		match(f, (const char *)nul + 1, size - len - 1);
	fingerprints_free(f);
	return 0;
}
