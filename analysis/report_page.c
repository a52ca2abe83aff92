/* What the report is written with. */
#include "analysis/report_page.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/catalogue.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/table.h"
#include "targets/day.h"

enum { TEXT = 1000 };

/* ---- Words ---------------------------------------------------------------------------------- */

const char *
page_tr(const struct page *p, const char *message)
{
	return catalogue_get(p->words, message);
}

const char *
page_trn(const struct page *p, int64_t n, const char *one, const char *many)
{
	return catalogue_plural(p->words, n, one, many);
}

/* ---- Bytes ---------------------------------------------------------------------------------- */

void
page_put(const struct page *p, const char *markup)
{
	buf_puts(p->out, markup);
}

void
page_putf(const struct page *p, const char *fmt, ...)
{
	char *text;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) == -1)
		abort();
	va_end(ap);
	buf_puts(p->out, text);
	free(text);
}

static void
put_escaped(const struct page *p, const char *text, size_t len)
{
	static const char special[] = "&<>\"'";
	static const char *const entities[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"};
	const char *found;
	size_t i;

	for (i = 0; i < len; i++) {
		found = strchr(special, text[i]);
		if (found != NULL)
			page_put(p, entities[found - special]);
		else
			buf_putc(p->out, text[i]);
	}
}

void
page_text_most(const struct page *p, const char *text, size_t most)
{
	const char *s = table_clean(p->arena, text != NULL ? text : "");
	size_t len = strlen(s), full = len;

	/* Never within a character. */
	if (len > most)
		for (len = most; len > 0 && ((unsigned char)s[len] & 0xc0) == 0x80;)
			len--;
	put_escaped(p, s, len);
	if (len < full)
		page_put(p, "…");
}

void
page_text(const struct page *p, const char *text)
{
	page_text_most(p, text, TEXT);
}

void
page_textf(const struct page *p, const char *fmt, ...)
{
	char *text;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) == -1)
		abort();
	va_end(ap);
	page_text(p, text);
	free(text);
}

void
page_say(const struct page *p, const char *message)
{
	page_text(p, page_tr(p, message));
}

void
page_messages(const struct page *p, const char *const *messages, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		page_put(p, i > 0 ? "; " : "");
		page_say(p, messages[i]);
	}
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
	char text[CLOCK_TEXT_SIZE];

	page_putf(p, "<span class=when>%.16s UTC</span>", clock_ooni(us, text));
}

void
page_between(const struct page *p, const struct event_bracket *bracket, const char *open_begin, const char *open_end)
{
	if (bracket->not_before_us != 0)
		page_time(p, bracket->not_before_us);
	else
		page_say(p, open_begin);
	page_put(p, " … ");
	if (bracket->not_after_us != 0)
		page_time(p, bracket->not_after_us);
	else
		page_say(p, open_end);
}

void
page_day(const struct page *p, int32_t day)
{
	char text[DAY_TEXT_SIZE];

	page_putf(p, "<span class=when>%s</span>", day_text(day, text));
}

void
page_number(const struct page *p, double number, int decimals)
{
	if (isnan(number))
		page_put(p, "–");
	else if (isinf(number))
		page_put(p, number > 0 ? "∞" : "−∞");
	else
		page_putf(p, "%.*f", decimals, number);
}

/* ---- Elements ------------------------------------------------------------------------------- */

void
page_section(const struct page *p, const char *id, const char *heading)
{
	page_putf(p, "<section aria-labelledby=%s>\n<h2 id=%s>", id, id);
	page_say(p, heading);
	page_put(p, "</h2>\n");
}

void
page_section_end(const struct page *p)
{
	page_put(p, "</section>\n");
}

void
page_paragraph(const struct page *p, const char *message)
{
	page_put(p, "<p>");
	page_say(p, message);
	page_put(p, "</p>\n");
}

void
page_table(const struct page *p, const char *const *headings)
{
	page_put(p, "<div class=wide><table class=rows>\n<thead><tr>");
	for (; *headings != NULL; headings++) {
		page_put(p, "<th scope=col>");
		page_say(p, *headings);
		page_put(p, "</th>");
	}
	page_put(p, "</tr></thead>\n<tbody>\n");
}

void
page_table_end(const struct page *p)
{
	page_put(p, "</tbody>\n</table></div>\n");
}

void
page_rest(const struct page *p, size_t n, size_t shown)
{
	if (n <= shown)
		return;
	page_put(p, "<p>");
	page_textf(p, page_trn(p, (int64_t)(n - shown), "%lld more is not shown here.", "%lld more are not shown here."),
	    (long long)(n - shown));
	page_put(p, "</p>\n");
}

void
page_mark(const struct page *p, enum report_face face)
{
	const struct face_words *words = report_face_words(face);

	page_putf(p, "<span class=\"mark %s\" aria-hidden=true>%s</span>", words->css[0] != '\0' ? words->css : "k", words->mark);
}

const char *
page_site(const struct page *p, const char *url)
{
	size_t len;

	if (url == NULL)
		return "";
	if (strncmp(url, "https://", 8) != 0)
		return url;
	len = strlen(url + 8);
	if (len > 0 && url[8 + len - 1] == '/')
		len--;
	return arena_strndup(p->arena, url + 8, len);
}
