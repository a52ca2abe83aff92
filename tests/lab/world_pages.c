/* Pages of the lab's sites. */
#include "tests/lab/world_pages.h"

#include <stdint.h>

#include "base/buf.h"
#include "tests/lab/world.h"

static const char *const words[] = {"people", "market", "today", "city", "minister", "river",
    "said", "new", "report", "between", "school", "winter", "number", "the", "of", "and", "a",
    "photograph", "answer", "question", "road", "bread", "law", "court", "evening", "music",
    "weather", "against", "nobody", "everybody", "letter", "house"};

static const char *const servers[] = {
    "nginx", "Apache", "nginx/1.22.1", "gws", "AmazonS3", "openresty", "Caddy", "cloudlab"};

static const char *const habits[] = {"X-Frame-Options: SAMEORIGIN", "X-Powered-By: PHP/8.1.2",
    "Vary: Accept-Encoding, Cookie", "X-Cache: MISS from edge-3",
    "Strict-Transport-Security: max-age=31536000",
    "X-Request-Id: 5e1f0c", "Referrer-Policy: origin"};

/* FNV-1a: a seed of the site's own. */
static uint32_t
hash(const char *text)
{
	uint32_t h = 2166136261u;

	for (; *text != '\0'; text++)
		h = (h ^ (uint8_t)*text) * 16777619u;
	return h;
}

static uint32_t
next(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 16;
}

static void
write_paragraph(uint32_t *state, struct buf *out)
{
	uint32_t n = 20 + next(state) % 60;

	buf_puts(out, "<p>");
	while (n-- > 0) {
		buf_puts(out, words[next(state) % (sizeof(words) / sizeof(words[0]))]);
		buf_putc(out, n % 11 == 0 ? '.' : ' ');
	}
	buf_puts(out, "</p>\n");
}

void
page_write(const struct site *site, const char *path, struct buf *out)
{
	uint32_t state = hash(site->name) ^ hash(path);

	buf_printf(out,
	    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	    "<title>%s</title>\n<link rel=\"stylesheet\" href=\"/%s.css\">\n</head>\n"
	    "<body class=\"%s\">\n<h1>%s</h1>\n",
	    site->title, words[next(&state) % 32], words[next(&state) % 32], site->title);
	while (out->len < site->page_size) {
		if (next(&state) % 8 == 0)
			buf_printf(out, "<h2 id=\"s%u\">%s</h2>\n", (unsigned)next(&state),
			    words[next(&state) % 32]);
		write_paragraph(&state, out);
	}
	buf_puts(out, "</body>\n</html>\n");
}

void
page_headers(const struct site *site, struct buf *out)
{
	uint32_t state = hash(site->name);

	buf_printf(
	    out, "Server: %s\r\n", servers[next(&state) % (sizeof(servers) / sizeof(servers[0]))]);
	buf_printf(out, "%s\r\n", habits[next(&state) % (sizeof(habits) / sizeof(habits[0]))]);
	buf_printf(out, "X-%.*s-Node: %u\r\n", 4, site->name, (unsigned)(next(&state) % 90));
	if (site->quic)
		buf_puts(out, "Alt-Svc: h3=\":443\"; ma=86400\r\n");
}

void
page_note(const char *title, const char *text, struct buf *out)
{
	buf_printf(out,
	    "<!DOCTYPE html>\n<html>\n<head><title>%s</title></head>\n<body>\n<h1>%s</h1>\n"
	    "<p>%s</p>\n</body>\n</html>\n",
	    title, title, text);
}
