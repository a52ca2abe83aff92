/*
 * What the status page promises, looked at through a reader of HTML that is stricter than any browser: whatever stands in the
 * model, the page has the tags that it always has, and everything else is text.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <ctype.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "probe/status_model.h"
#include "probe/status_view.h"
#include "tests/status_sample.h"

static const char *const tags[] = {"html", "head", "meta", "title", "style", "body", "header", "main", "section", "h1", "h2", "p",
    "table", "caption", "thead", "tbody", "tr", "th", "td", "span", "small", "bdi", "time", "ul", "li", "strong", "br", "dl",
    "dt", "dd", "code", NULL};
static const char *const attributes[] = {"lang", "charset", "name", "content", "http-equiv", "class", "id", "aria-labelledby",
    "aria-hidden", "aria-label", "scope", "colspan", "title", "datetime", NULL};
/* Those whose value never comes out of the model, so that it must be the same on every page of the same shape. */
static const char *const fixed[] = {"lang", "charset", "name", "content", "http-equiv", "class", "id", "aria-labelledby", "scope",
    "colspan", "datetime", NULL};

struct page {
	struct buf html;
	struct buf shape; /* the tags with their attributes, without text */
	struct buf text; /* what is not tags, entities resolved */
	struct buf open; /* the tags that are open, each as "<name" */
};

static bool
among(const char *const *list, const char *name, size_t len)
{
	for (; *list != NULL; list++)
		if (strlen(*list) == len && strncmp(*list, name, len) == 0)
			return true;
	return false;
}

/* One character of text, or one of the five entities that are needed. Returns how many bytes it took. */
static size_t
read_char(const char *p, struct buf *out)
{
	static const char *const entities[][2] = {{"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&#39;", "'"}};
	size_t i;

	for (i = 0; i < 5; i++)
		if (strncmp(p, entities[i][0], strlen(entities[i][0])) == 0) {
			buf_puts(out, entities[i][1]);
			return strlen(entities[i][0]);
		}
	if (*p == '&' || *p == '<' || *p == '>' || *p == '\0')
		fail_msg("a bare %c before: %.60s", *p, p);
	buf_putc(out, *p);
	return 1;
}

/* ` name="value"` */
static const char *
read_attribute(struct page *page, const char *p)
{
	size_t len = strcspn(p, "=> \"'/");
	struct buf value = BUF_EMPTY;
	const char *name = p;

	if (!among(attributes, name, len) || p[len] != '=' || p[len + 1] != '"')
		fail_msg("no attribute of ours: %.60s", p);
	for (p += len + 2; *p != '"';)
		p += read_char(p, &value);
	buf_printf(&page->shape, " %.*s", (int)len, name);
	if (among(fixed, name, len))
		buf_printf(&page->shape, "=%s", buf_str(&value));
	buf_free(&value);
	return p + 1;
}

static void
close_tag(struct page *page, const char *name, size_t len)
{
	char *last = strrchr(page->open.data, '<');

	if (last == NULL || strlen(last + 1) != len || strncmp(last + 1, name, len) != 0)
		fail_msg("</%.*s> closes %s", (int)len, name, last);
	page->open.len = (size_t)(last - page->open.data);
	*last = '\0';
}

static const char *
read_tag(struct page *page, const char *p)
{
	bool end = p[1] == '/';
	const char *name = p + 1 + end, *q = name;
	size_t len;

	while (islower((unsigned char)*q) || isdigit((unsigned char)*q))
		q++;
	len = (size_t)(q - name);
	if (!among(tags, name, len))
		fail_msg("no tag of ours: %.60s", p);
	buf_printf(&page->shape, "<%s%.*s", end ? "/" : "", (int)len, name);
	while (!end && *q == ' ')
		q = read_attribute(page, q + 1);
	if (*q != '>')
		fail_msg("a tag without end: %.60s", p);
	buf_puts(&page->shape, ">\n");
	if (end)
		close_tag(page, name, len);
	else if (strncmp(name, "meta", 4) != 0 && strncmp(name, "br", 2) != 0)
		buf_printf(&page->open, "<%.*s", (int)len, name);
	return q + 1;
}

static void
read_html(struct page *page)
{
	static const char doctype[] = "<!DOCTYPE html>\n";
	const char *p = page->html.data;

	assert_int_equal(strlen(p), page->html.len);
	assert_true(utf8_valid(p, page->html.len));
	assert_int_equal(strncmp(p, doctype, strlen(doctype)), 0);
	for (p += strlen(doctype); *p != '\0';) {
		if (strncmp(p, "<style>", 7) == 0) {
			assert_int_equal(strncmp(p + 7, status_style(), strlen(status_style())), 0);
			p += 7 + strlen(status_style());
			assert_int_equal(strncmp(p, "</style>", 8), 0);
			p += 8;
			buf_puts(&page->shape, "<style>\n");
		} else if (*p == '<')
			p = read_tag(page, p);
		else
			p += read_char(p, &page->text);
	}
	assert_string_equal(buf_str(&page->open), "");
}

static void
render(struct page *page, const struct status *st)
{
	memset(page, 0, sizeof(*page));
	status_html(st, status_sample_now, &page->html);
	read_html(page);
}

static void
clear(struct page *page)
{
	buf_free(&page->html);
	buf_free(&page->shape);
	buf_free(&page->text);
	buf_free(&page->open);
}

static struct status *st;
static struct page page;

static int
setup(void **state)
{
	(void)state;
	st = status_new();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	status_free(st);
	clear(&page);
	return 0;
}

static void
assert_says(const char *part)
{
	if (strstr(buf_str(&page.text), part) == NULL)
		fail_msg("not there: %s", part);
}

static void
assert_has(const char *markup)
{
	if (strstr(buf_str(&page.html), markup) == NULL)
		fail_msg("not there: %s", markup);
}

/* --- claims ---------------------------------------------------------------------------------- */

static void
it_says_what_is_so(void **state)
{
	(void)state;
	status_sample(st, false);
	render(&page, st);
	assert_says("netvane: 3 of 9 sites blocked");
	assert_says("Of 9 sites, 2 are reached. 2 are blocked. 1 is likely blocked.");
	assert_says("blocked: reset at TLS");
	assert_says("measured 47 seconds ago (2026-11-22 06:39 UTC)");
	assert_says("watched closely at the moment");
	assert_says("Two sites of global-social fail at TLS since the same quarter of an hour.");
	assert_says("It began 9 hours ago, between 2026-11-21 21:25 UTC and 2026-11-21 21:40 UTC");
	assert_says("It coincides with Anniversary of 22 November");
	assert_says("captive portal");
	assert_says("31.2 MB of 200.0 MB");
	assert_says("12 records, in memory");
}

static void
a_cell_has_a_colour_a_symbol_and_words(void **state)
{
	(void)state;
	status_sample(st, false);
	render(&page, st);
	assert_has("<td class=\"blocked\" title=\"22 November, 06:00 UTC: 3 blocked\"><span aria-hidden=\"true\">×</span>"
	           "<span class=\"sr\">blocked</span></td>");
	assert_has("<td class=\"partly\" title=\"14 November: 12 likely blocked, 96 reached\"><span aria-hidden=\"true\">~</span>"
	           "<span class=\"sr\">blocked some of the time</span></td>");
	assert_has("<td class=\"none\" title=\"22 November: not measured\">");
}

static void
it_can_be_heard_as_well_as_seen(void **state)
{
	(void)state;
	status_sample(st, false);
	render(&page, st);
	assert_has("<html lang=\"en\">");
	assert_has("<h2 id=\"now\">Right now</h2>");
	assert_has("<th scope=\"col\">Site</th>");
	assert_has("<th scope=\"row\"><bdi>https://x.com/</bdi></th>");
	assert_has("<th scope=\"rowgroup\" colspan=\"25\">List <bdi>global-social</bdi></th>");
	assert_has("<meta http-equiv=\"refresh\" content=\"60\">");
	assert_has("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
}

static void
it_loads_and_leads_to_nothing(void **state)
{
	static const char *const none[] = {"<script", "<svg", "<link", "<img", "<a ", " href", " src", "url(", "@import", " style=",
	    "<iframe", "<form"};
	size_t i;

	(void)state;
	status_sample(st, false);
	render(&page, st);
	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		if (strstr(buf_str(&page.html), none[i]) != NULL)
			fail_msg("%s", none[i]);
}

static void
days_without_hours_have_one_grid(void **state)
{
	(void)state;
	status_set_grid(st, status_sample_now, 7, 86400);
	status_count(st, status_add_target(st, "https://a.test/", "l"), status_sample_now, VERDICT_OK, 1);
	render(&page, st);
	assert_null(strstr(buf_str(&page.text), "The last 24 hours"));
	assert_says("The last days");
	assert_has("<td class=\"ok\" title=\"22 November: 1 reached\">");
}

static void
at_the_first_start_it_says_so(void **state)
{
	(void)state;
	status_sample_fresh(st);
	render(&page, st);
	assert_says("There are no sites to measure.");
	assert_says("None: nothing has changed lately that has not changed back.");
	assert_says("None is known.");
	assert_null(strstr(buf_str(&page.html), "<table"));
}

static void
nothing_known_is_no_crash(void **state)
{
	(void)state;
	status_add_target(st, NULL, NULL);
	status_anomaly_target(st, status_add_anomaly(st, NULL), NULL);
	status_add_gap(st, 0, 0, NULL);
	status_set_grid(st, status_sample_now, 1, 3600);
	render(&page, st);
	assert_says("no reason known");
}

static void
hostile_texts_change_no_tag(void **state)
{
	struct status *hostile = status_new();
	struct page other;

	(void)state;
	status_sample(st, false);
	status_sample(hostile, true);
	render(&page, st);
	render(&other, hostile);
	assert_string_equal(buf_str(&page.shape), buf_str(&other.shape));
	clear(&other);
	status_free(hostile);
}

static void
hostile_texts_are_shown_as_text(void **state)
{
	size_t i, n;
	uint32_t code;

	(void)state;
	status_sample(st, true);
	render(&page, st);
	assert_says("</title></style></bdi></td></table><script>document.title='pwned'</script><!--");
	assert_says("&lt;script&gt;&#60;&amp");
	/* Quotes do no harm in text; but they are escaped, should a text come to stand in an attribute. */
	assert_has("&lt;script&gt;document.title=&#39;pwned&#39;&lt;/script&gt;");
	assert_has("&quot;");
	for (i = 0; i < page.html.len; i += n) {
		n = utf8_next(page.html.data + i, page.html.len - i, &code);
		if (code != '\n' && (code < 0x20 || (code >= 0x7f && code < 0xa0) || (code >= 0x2028 && code <= 0x202e) ||
		                     (code >= 0x2066 && code <= 0x2069)))
			fail_msg("U+%04X at %zu", code, i);
	}
}

static void
much_is_cut_to_what_a_page_can_hold(void **state)
{
	char url[64];
	int i;

	(void)state;
	status_set_grid(st, status_sample_now, 90, 3600);
	for (i = 0; i < 700; i++) {
		snprintf(url, sizeof(url), "https://site-%d.test/", i);
		status_count(st, status_add_target(st, url, "l"), status_sample_now, VERDICT_OK, 1);
		status_add_gap(st, status_sample_now - i, status_sample_now, "paused");
	}
	render(&page, st);
	assert_says("200 more sites are not shown here");
	assert_says("650 earlier ones are not shown here");
	assert_true(page.html.len < 4000000);
}

/* --- the style sheet ------------------------------------------------------------------------- */

/* WCAG 2.2, relative luminance of "#rgb" or "#rrggbb". */
static double
luminance(const char *hex)
{
	static const double weight[] = {0.2126, 0.7152, 0.0722};
	size_t digits = strspn(hex + 1, "0123456789abcdef"), i;
	double sum = 0, c;
	char part[3];

	assert_true(hex[0] == '#' && (digits == 3 || digits == 6));
	for (i = 0; i < 3; i++) {
		part[0] = hex[1 + i * digits / 3];
		part[1] = hex[1 + i * digits / 3 + (digits == 6)];
		part[2] = '\0';
		c = (double)strtol(part, NULL, 16) / 255;
		sum += weight[i] * (c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4));
	}
	return sum;
}

/* The colour of that name in one theme, a part of the sheet. */
static double
colour(const char *theme, const char *name)
{
	char *wanted = xasprintf("--%s:", name);
	const char *at = strstr(theme, wanted);
	double v;

	if (at == NULL)
		fail_msg("no %s", name);
	v = luminance(at + strlen(wanted));
	free(wanted);
	return v;
}

static void
assert_contrast(const char *theme, const char *back, const char *front)
{
	double a = colour(theme, back), b = colour(theme, front);
	double ratio = (fmax(a, b) + 0.05) / (fmin(a, b) + 0.05);

	if (ratio < 4.5)
		fail_msg("%s on %s: %.2f", front, back, ratio);
}

static void
text_can_be_read_by_day_and_by_night(void **state)
{
	static const char *const pairs[][2] = {{"page", "text"}, {"page", "dim"}, {"ok", "ok-text"}, {"blocked", "blocked-text"},
	    {"likely", "likely-text"}, {"partly", "partly-text"}, {"impaired", "impaired-text"}, {"down", "down-text"},
	    {"untold", "untold-text"}};
	const char *night = strstr(status_style(), "(prefers-color-scheme:dark)");
	size_t i;

	(void)state;
	assert_non_null(night);
	for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		assert_contrast(status_style(), pairs[i][0], pairs[i][1]);
		assert_contrast(night, pairs[i][0], pairs[i][1]);
	}
}

static void
the_sheet_cannot_end_its_element(void **state)
{
	(void)state;
	assert_null(strchr(status_style(), '<'));
	assert_null(strchr(status_style(), '\r'));
	assert_null(strchr(status_style(), '\\'));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(it_says_what_is_so, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_cell_has_a_colour_a_symbol_and_words, setup, teardown),
	    cmocka_unit_test_setup_teardown(it_can_be_heard_as_well_as_seen, setup, teardown),
	    cmocka_unit_test_setup_teardown(it_loads_and_leads_to_nothing, setup, teardown),
	    cmocka_unit_test_setup_teardown(days_without_hours_have_one_grid, setup, teardown),
	    cmocka_unit_test_setup_teardown(at_the_first_start_it_says_so, setup, teardown),
	    cmocka_unit_test_setup_teardown(nothing_known_is_no_crash, setup, teardown),
	    cmocka_unit_test_setup_teardown(hostile_texts_change_no_tag, setup, teardown),
	    cmocka_unit_test_setup_teardown(hostile_texts_are_shown_as_text, setup, teardown),
	    cmocka_unit_test_setup_teardown(much_is_cut_to_what_a_page_can_hold, setup, teardown),
	    cmocka_unit_test(text_can_be_read_by_day_and_by_night),
	    cmocka_unit_test(the_sheet_cannot_end_its_element),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
