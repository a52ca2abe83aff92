/* Fuzzes what is read of HTTP: the input is taken as a head, as a page, and as a Location. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "probe/httpwire.h"
#include "results/measurement.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool claim)
{
	if (!claim)
		abort();
}

static void
read_head(const char *text, size_t len)
{
	struct arena *arena = arena_new();
	struct http_head head = {0};
	struct http_header *headers;
	const char *end;
	size_t n, i, line;
	bool more = true;

	for (; len > 0 && more; text += line, len -= line) {
		end = memchr(text, '\n', len);
		line = end != NULL ? (size_t)(end - text) + 1 : len;
		more = http_head_line(&head, text, line);
	}
	must(head.code >= 0 && head.code <= 999);
	must(head.lines.len <= HTTP_HEAD_KEEP);
	headers = http_head_parse(&head, arena, &n);
	for (i = 0; i < n; i++) {
		must(strpbrk(headers[i].name, "\r\n") == NULL);
		must(strpbrk(headers[i].value, "\r\n") == NULL);
		must(http_header_find(headers, n, headers[i].name) != NULL);
	}
	http_head_free(&head);
	arena_free(arena);
}

/* A title does not depend on how the network cut the page. */
static void
read_title(const char *page, size_t len)
{
	struct http_title whole = {0}, parts = {0};
	const char *text;
	size_t at, part;

	http_title_feed(&whole, page, len);
	for (at = 0; at < len; at += part) {
		part = at % 7 + 1 < len - at ? at % 7 + 1 : len - at;
		http_title_feed(&parts, page + at, part);
	}
	text = http_title_text(&whole);
	must((text == NULL) == (http_title_text(&parts) == NULL));
	if (text == NULL)
		return;
	must(strcmp(text, http_title_text(&parts)) == 0);
	must(*text != '\0' && strlen(text) <= HTTP_TITLE_MAX);
}

static void
read_location(const char *text, size_t len)
{
	char *location = xstrndup(text, len), *url;

	http_location_lacks_host(location);
	url = http_location("https://site.test:8443/dir/page?q", location);
	if (url != NULL)
		must(strncasecmp(url, "http", 4) == 0 && strpbrk(url, "\r\n\t ") == NULL);
	free(url);
	free(location);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	read_head((const char *)data, size);
	read_title((const char *)data, size);
	read_location((const char *)data, size);
	return 0;
}
