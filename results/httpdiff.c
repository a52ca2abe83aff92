/* The comparison of two pages; see httpdiff.h. When it is made is ooni_walk.c's business. */
#include "results/httpdiff.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/utf8.h"
#include "results/measurement.h"
#include "results/vantage.h"

/*
 * TITLE_CHARS is the helper's limit on what it takes for a title, and TITLE_BYTES as many of the longest characters; words
 * shorter than LONG_WORD bytes say nothing.
 */
enum { TITLE_CHARS = 512, TITLE_BYTES = 4 * TITLE_CHARS, LONG_WORD = 5 };
/* Lengths of one page differ less than this. */
static const double like_body = 0.7;

static int
status_alike(int64_t page, int64_t control)
{
	if (page <= 0 || control <= 0)
		return -1;
	if (page == control)
		return 1;
	/* Where the control itself met a refusal or an error, another one here says nothing. */
	return control / 100 == 2 ? 0 : -1;
}

/* --- headers --------------------------------------------------------------------------------- */

static bool
is_common(const char *name)
{
	static const char *const common[] = {"date", "content-type", "server", "cache-control",
	    "vary", "set-cookie", "location", "expires", "x-powered-by", "content-encoding",
	    "last-modified", "accept-ranges", "pragma", "x-frame-options", "etag",
	    "x-content-type-options", "age", "via", "p3p", "x-xss-protection", "content-language",
	    "cf-ray", "strict-transport-security", "link", "x-varnish"};
	size_t i;

	for (i = 0; i < sizeof(common) / sizeof(common[0]); i++)
		if (strcasecmp(common[i], name) == 0)
			return true;
	return false;
}

static bool
has_header(const struct http_header *headers, size_t n, const char *name)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcasecmp(headers[i].name, name) == 0)
			return true;
	return false;
}

/* Both have a header that not every server sends. */
static bool
headers_alike(const struct http_request *page, const struct vantage_http *control)
{
	size_t i;

	for (i = 0; i < control->nheaders; i++)
		if (!is_common(control->headers[i].name) &&
		    has_header(page->headers, page->nheaders, control->headers[i].name))
			return true;
	return false;
}

/* --- titles ---------------------------------------------------------------------------------- */

static bool
starts_with(const char *p, const char *end, const char *tag)
{
	size_t len = strlen(tag);

	return (size_t)(end - p) >= len && strncasecmp(p, tag, len) == 0;
}

/* The end of a run of characters other than '<' that begins at p; NULL where it is empty or too long. */
static const char *
title_end(const char *p, const char *end)
{
	const char *start = p;
	uint32_t code;
	size_t chars, n;

	for (chars = 0; p < end && *p != '<'; chars++) {
		if (chars == TITLE_CHARS)
			return NULL;
		n = utf8_next(p, (size_t)(end - p), &code);
		p += n > 0 ? n : 1; /* what is no UTF-8 counts byte by byte, as in Go */
	}
	return p > start ? p : NULL;
}

const char *
httpdiff_title(const struct bytes *body, size_t *len)
{
	static const char open[] = "<title>", close[] = "</title>";
	const char *p = (const char *)body->data, *end, *stop;

	if (body->len == 0)
		return NULL;
	end = p + body->len;
	while ((p = memchr(p, '<', (size_t)(end - p))) != NULL) {
		if (!starts_with(p, end, open)) {
			p++;
			continue;
		}
		p += sizeof(open) - 1;
		stop = title_end(p, end);
		if (stop != NULL && starts_with(stop, end, close)) {
			*len = (size_t)(stop - p);
			return p;
		}
	}
	return NULL;
}

struct text {
	const char *data;
	size_t len;
};

static struct text
text_of(const char *title)
{
	return (struct text){title, title != NULL ? strnlen(title, TITLE_BYTES) : 0};
}

/* From the body by the helper's rule where the record kept it; else as the probe noted it. */
static struct text
page_title(const struct http_request *page)
{
	struct text text = {NULL, 0};

	if (page->body.len == 0)
		return text_of(page->title);
	text.data = httpdiff_title(&page->body, &text.len);
	return text;
}

/* Takes the next word off the text, which white space divides; false at its end. */
static bool
next_word(struct text *text, struct text *word)
{
	static const char spaces[] = " \t\r\n\f\v";

	while (text->len > 0 && strchr(spaces, *text->data) != NULL) {
		text->data++;
		text->len--;
	}
	word->data = text->data;
	while (text->len > 0 && strchr(spaces, *text->data) == NULL) {
		text->data++;
		text->len--;
	}
	word->len = (size_t)(text->data - word->data);
	return word->len > 0;
}

static bool
has_word(struct text text, const struct text *wanted)
{
	struct text word;

	while (next_word(&text, &word))
		if (word.len == wanted->len && strncasecmp(word.data, wanted->data, word.len) == 0)
			return true;
	return false;
}

/* Every long word of the one is in the other; their order does not matter. */
static bool
words_within(struct text one, struct text other)
{
	struct text word;

	while (next_word(&one, &word))
		if (word.len >= LONG_WORD && !has_word(other, &word))
			return false;
	return true;
}

static bool
titles_alike(struct text page, struct text control)
{
	return words_within(page, control) && words_within(control, page);
}

/* --- all of it ------------------------------------------------------------------------------- */

static void
compare_bodies(int64_t page, int64_t control, bool truncated, struct httpdiff *diff)
{
	if (truncated || page <= 0 || control <= 0)
		return;
	diff->body_proportion = page < control ? (double)page / (double)control
	                                       : (double)control / (double)page;
	diff->body = diff->body_proportion > like_body;
}

void
httpdiff_compute(
    const struct http_request *page, const struct vantage_http *control, struct httpdiff *diff)
{
	*diff = (struct httpdiff){.status = -1, .headers = -1, .title = -1, .body = -1};
	if (!control->asked || control->failure != NULL)
		return;
	diff->status = status_alike(page->code, control->status_code);
	diff->headers = headers_alike(page, control);
	diff->title = titles_alike(page_title(page), text_of(control->title));
	compare_bodies(page->body_length, control->body_length, page->body_is_truncated, diff);
}

bool
httpdiff_differs(const struct httpdiff *diff)
{
	return diff->status != 1 || (diff->body != 1 && diff->headers != 1 && diff->title != 1);
}
