/* HTTP's bytes: head lines, titles, redirect targets. Pure. */
#include "probe/httpwire.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <curl/curl.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "results/measurement.h"

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' || c == '\v';
}

/* Without white space at either end. */
static void
trim(const char **text, size_t *len)
{
	while (*len > 0 && is_space((*text)[*len - 1]))
		(*len)--;
	while (*len > 0 && is_space(**text)) {
		(*text)++;
		(*len)--;
	}
}

/*
 * A copy that is a C string on one line: NUL and line ends become spaces, those and the white space
 * after them a single one (RFC 9110 5.5, RFC 9112 5.2).
 */
static char *
head_copy(struct arena *arena, const char *text, size_t len)
{
	char *copy, c;
	bool gap = false;
	size_t i, n = 0;

	trim(&text, &len);
	copy = arena_alloc(arena, len + 1);
	for (i = 0; i < len; i++) {
		c = text[i];
		if (c == '\0' || c == '\r' || c == '\n') {
			c = ' ';
			gap = true;
		} else if (!is_space(c))
			gap = false;
		if (!gap || n == 0 || copy[n - 1] != ' ')
			copy[n++] = c;
	}
	copy[n] = '\0';
	return copy;
}

/* "HTTP/1.1 200 OK": the 200; 0 when it is no status line. */
static int
head_status(const char *line, size_t len)
{
	size_t i = 5;

	if (len < 5 || strncasecmp(line, "HTTP/", 5) != 0)
		return 0;
	while (i < len && line[i] != ' ')
		i++;
	while (i < len && line[i] == ' ')
		i++;
	if (len - i < 3 || !isdigit((unsigned char)line[i]) ||
	    !isdigit((unsigned char)line[i + 1]) || !isdigit((unsigned char)line[i + 2]))
		return 0;
	return (line[i] - '0') * 100 + (line[i + 1] - '0') * 10 + (line[i + 2] - '0');
}

void
http_head_free(struct http_head *head)
{
	buf_free(&head->lines);
}

bool
http_head_line(struct http_head *head, const char *line, size_t len)
{
	int code = head_status(line, len);

	head->bytes += (int64_t)len;
	if (head->bytes > HTTP_HEAD_MAX)
		return false;
	if (code != 0) {
		head->code = code;
		head->truncated = false;
		buf_clear(&head->lines);
	} else if (head->truncated || head->lines.len + len > HTTP_HEAD_KEEP)
		head->truncated = true;
	else
		buf_add(&head->lines, line, len);
	return true;
}

/* The length of the first line together with its continuations, line ends included. */
static size_t
head_field_len(const char *text, size_t len)
{
	size_t at = 0;
	const char *end;

	do {
		end = memchr(text + at, '\n', len - at);
		if (end == NULL)
			return len;
		at = (size_t)(end - text) + 1;
	} while (at < len && (text[at] == ' ' || text[at] == '\t'));
	return at;
}

struct http_header *
http_head_parse(const struct http_head *head, struct arena *arena, size_t *n)
{
	const char *at = head->lines.data, *text, *colon;
	size_t left = head->lines.len, field, len, name;
	struct http_header *headers = NULL, *h;

	*n = 0;
	for (; left > 0; left -= field, at += field) {
		field = head_field_len(at, left);
		text = at;
		len = field;
		trim(&text, &len);
		if (len == 0)
			continue;
		colon = memchr(text, ':', len);
		name = colon != NULL ? (size_t)(colon - text) : len;
		h = ARENA_PUSH(arena, headers, *n);
		h->name = head_copy(arena, text, name);
		h->value = colon != NULL ? head_copy(arena, colon + 1, len - name - 1)
		                         : arena_strdup(arena, "");
	}
	return headers;
}

const char *
http_header_find(const struct http_header *headers, size_t n, const char *name)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcasecmp(headers[i].name, name) == 0)
			return headers[i].value;
	return NULL;
}

enum title_state {
	TITLE_OUTSIDE,  /* looking for "<title" */
	TITLE_NAME_END, /* is the name over, or was it "<titles"? */
	TITLE_ATTRIBUTES,
	TITLE_TEXT,
	TITLE_DONE
};

static const char title_open[] = "<title", title_close[] = "</title";

/*
 * Goes on with a tag of which `matched` bytes were seen; true once it is whole. Its first byte,
 * '<', stands nowhere else in it, so a mismatch falls back to 0 or 1 and never further.
 */
static bool
title_match(struct http_title *title, const char *tag, char c)
{
	if (tolower((unsigned char)c) == tag[title->matched])
		title->matched++;
	else
		title->matched = c == '<';
	return tag[title->matched] == '\0';
}

static void
title_add(struct http_title *title, char c)
{
	if (is_space(c) || c == '\0') {
		title->space = title->len > 0;
		return;
	}
	if (title->len + title->space >= HTTP_TITLE_MAX) {
		title->cut = true;
		return;
	}
	if (title->space)
		title->text[title->len++] = ' ';
	title->space = false;
	title->text[title->len++] = c;
}

/* Takes the last bytes away when they are the beginning of a UTF-8 character that the limit cut. */
static void
title_mend(struct http_title *title)
{
	size_t back;
	uint32_t code;
	unsigned char lead;

	for (back = 1; back <= 3 && back <= title->len; back++) {
		lead = (unsigned char)title->text[title->len - back];
		if ((lead & 0xc0) == 0x80)
			continue;
		if (lead >= 0xc0 && utf8_next(title->text + title->len - back, back, &code) == 0)
			title->len -= back;
		return;
	}
}

static void
title_end(struct http_title *title)
{
	title->matched = 0;
	title->space = false;
	if (title->len == 0) {
		title->state = TITLE_OUTSIDE;
		return;
	}
	if (title->cut)
		title_mend(title);
	title->text[title->len] = '\0';
	title->state = TITLE_DONE;
}

/* Bytes that looked like the end tag and were not belong to the text. */
static void
title_in_text(struct http_title *title, char c)
{
	size_t before = title->matched, i;
	bool whole = title_match(title, title_close, c);

	if (whole) {
		title_end(title);
		return;
	}
	if (title->matched <= before)
		for (i = 0; i < before; i++)
			title_add(title, title->seen[i]);
	if (title->matched == 0)
		title_add(title, c);
	else
		title->seen[title->matched - 1] = c;
}

static void
title_byte(struct http_title *title, char c)
{
	switch (title->state) {
	case TITLE_OUTSIDE:
		if (title_match(title, title_open, c))
			title->state = TITLE_NAME_END;
		return;
	case TITLE_NAME_END:
		title->matched = c == '<';
		title->quote = '\0';
		if (c == '>')
			title->state = TITLE_TEXT;
		else
			title->state = is_space(c) || c == '/' ? TITLE_ATTRIBUTES : TITLE_OUTSIDE;
		return;
	case TITLE_ATTRIBUTES:
		if (title->quote != '\0') {
			if (c == title->quote)
				title->quote = '\0';
		} else if (c == '"' || c == '\'')
			title->quote = c;
		else if (c == '>')
			title->state = TITLE_TEXT;
		return;
	default:
		title_in_text(title, c);
	}
}

void
http_title_feed(struct http_title *title, const char *data, size_t len)
{
	const char *lt;
	size_t i;

	for (i = 0; i < len && title->state != TITLE_DONE; i++) {
		if (title->state == TITLE_OUTSIDE && title->matched == 0) {
			/* Nearly all of a page is passed over here. */
			lt = memchr(data + i, '<', len - i);
			if (lt == NULL)
				return;
			i = (size_t)(lt - data);
		}
		title_byte(title, data[i]);
	}
}

const char *
http_title_text(const struct http_title *title)
{
	return title->state == TITLE_DONE ? title->text : NULL;
}

bool
http_is_redirect(int code)
{
	return code == 301 || code == 302 || code == 303 || code == 307 || code == 308;
}

static bool
scheme_is_http(const char *url)
{
	return strncasecmp(url, "http:", 5) == 0 || strncasecmp(url, "https:", 6) == 0;
}

char *
http_location(const char *base, const char *location)
{
	CURLU *parts = curl_url();
	char *url = NULL, *copy = NULL;

	if (parts == NULL)
		abort(); /* out of memory inside libcurl */
	/* Setting a second URL resolves it against the first (RFC 3986 5). */
	if (curl_url_set(parts, CURLUPART_URL, base, 0) == CURLUE_OK &&
	    curl_url_set(parts, CURLUPART_URL, location, CURLU_URLENCODE | CURLU_ALLOW_SPACE) ==
	        CURLUE_OK &&
	    curl_url_get(parts, CURLUPART_URL, &url, 0) == CURLUE_OK && scheme_is_http(url))
		copy = xstrdup(url);
	curl_free(url);
	curl_url_cleanup(parts);
	return copy;
}

bool
http_location_lacks_host(const char *location)
{
	const char *rest;

	if (!scheme_is_http(location))
		return false;
	rest = location + strcspn(location, ":") + 1;
	if (strncmp(rest, "//", 2) != 0)
		return *rest == '\0';
	return strchr("/?#:", rest[2]) != NULL; /* also its final NUL */
}
