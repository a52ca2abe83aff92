/*
 * What we read of HTTP ourselves: the head's lines, the title of a page, where a redirect
 * points. Pure, and fed with the network's bytes in any portions.
 */
#ifndef PROBE_HTTPWIRE_H
#define PROBE_HTTPWIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct arena;
struct http_header;

enum {
	HTTP_HEAD_KEEP = 64 * 1024, /* bytes of headers kept */
	HTTP_HEAD_MAX = 256 * 1024, /* beyond: a flood */
	HTTP_TITLE_MAX = 512        /* bytes */
};

/* The head of a response, as its lines come in. Zeroed before first use. */
struct http_head {
	int code;         /* status; 0 before a status line */
	struct buf lines; /* after the status line, as they came */
	int64_t bytes;    /* all that came */
	bool truncated;   /* lines has HTTP_HEAD_KEEP bytes; later ones were only counted */
};

void http_head_free(struct http_head *head);
/*
 * Takes one line, line end included: status line, header, continuation (RFC 9112 5.2) or the empty
 * line. A further status line (after 103 Early Hints, say) starts the head anew. False: more than
 * HTTP_HEAD_MAX bytes came.
 */
bool http_head_line(struct http_head *head, const char *line, size_t len);
/*
 * The headers in order, duplicates kept, continuations joined by a space, in the arena. A line
 * without a colon is a header without a value.
 */
struct http_header *http_head_parse(const struct http_head *head, struct arena *arena, size_t *n);
/* The value of the first header of that name, in any case; NULL none. */
const char *http_header_find(const struct http_header *headers, size_t n, const char *name);

/* Looks for the title of an HTML page in a stream of bytes. Zeroed before first use. */
struct http_title {
	int state;
	size_t matched; /* bytes of the tag looked for */
	char seen[8];   /* these, as they came */
	char quote;     /* open inside the start tag; 0 none */
	bool space;     /* white space is due before the next byte */
	bool cut;
	size_t len;
	char text[HTTP_TITLE_MAX + 1];
};

void http_title_feed(struct http_title *title, const char *data, size_t len);
/*
 * The first title that is closed and not empty: white space folded, NUL counting as white space,
 * entities left alone, at most HTTP_TITLE_MAX bytes and then not ending inside a UTF-8 character.
 * NULL none (yet). Owned by title.
 */
const char *http_title_text(const struct http_title *title);

/* Whether a status is one that browsers follow to Location. */
bool http_is_redirect(int code);
/*
 * The absolute http or https URL (to free()) that a Location header means against the URL asked
 * for; NULL: it is broken, or of another scheme.
 */
char *http_location(const char *base, const char *location);
/* Whether Location names http or https, but no host: "https://", "http:///path", "https://:1/". */
bool http_location_lacks_host(const char *location);

#endif
