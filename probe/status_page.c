/* What the status page is written with. */
#include "probe/status_page.h"

#include <stdbool.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/table.h"
#include "probe/status_words.h"

enum { TEXT = 300 };

void
page_put(const struct page *p, const char *markup)
{
	buf_puts(p->out, markup);
}

void
page_text_most(const struct page *p, const char *text, size_t most)
{
	const char *s = table_clean(p->arena, text != NULL ? text : "");
	size_t len = strlen(s), i;
	bool cut = len > most;

	if (cut)
		for (len = most; len > 0 && ((unsigned char)s[len] & 0xc0) == 0x80;)
			len--;
	for (i = 0; i < len; i++) {
		switch (s[i]) {
		case '&':
			page_put(p, "&amp;");
			break;
		case '<':
			page_put(p, "&lt;");
			break;
		case '>':
			page_put(p, "&gt;");
			break;
		case '"':
			page_put(p, "&quot;");
			break;
		case '\'':
			page_put(p, "&#39;");
			break;
		default:
			buf_putc(p->out, s[i]);
		}
	}
	if (cut)
		page_put(p, "…");
}

void
page_text(const struct page *p, const char *text)
{
	page_text_most(p, text, TEXT);
}

void
page_name(const struct page *p, const char *name)
{
	page_put(p, "<bdi>");
	page_text(p, name);
	page_put(p, "</bdi>");
}

void
page_time(const struct page *p, int64_t us)
{
	char machine[CLOCK_TEXT_SIZE], human[STATUS_WORDS_SIZE];

	buf_printf(p->out, "<time datetime=\"%s\">%s</time>", clock_rfc3339(us, machine), status_when(us, human));
}

void
page_past(const struct page *p, int64_t us)
{
	char ago[STATUS_WORDS_SIZE];

	buf_printf(p->out, "%s (", status_ago(us, p->now_us, ago));
	page_time(p, us);
	page_put(p, ")");
}

void
page_mark(const struct page *p, enum status_face face)
{
	const struct face_words *words = status_face_words(face);

	buf_printf(p->out, "<span class=\"mark %s\" aria-hidden=\"true\">%s</span>", words->css, words->mark);
}
