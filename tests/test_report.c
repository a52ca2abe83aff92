/* What the report promises, of its model and of its page. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "analysis/report_html.h"
#include "analysis/report_page.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "results/verdict_words.h"
#include "tests/report_sample.h"

/* ---- The model ------------------------------------------------------------------------------ */

/* Of statuses of which no one is a proof by itself; impaired: the site refuses. */
static struct report_cell
cell(const uint32_t counts[VERDICT_STATUS_MAX])
{
	struct report_cell c = {.day = 1};
	uint32_t i;
	int s;

	for (s = 0; s < VERDICT_STATUS_MAX; s++)
		for (i = 0; i < counts[s]; i++) {
			c.counts[s]++;
			outcome_day_add(&c.of, outcome_says((enum verdict_status)s, HTTP_SERVER_REFUSAL), false);
		}
	return c;
}

static void
a_days_face_is_what_it_comes_to(void **state)
{
	static const struct {
		uint32_t counts[VERDICT_STATUS_MAX];
		enum report_face face;
	} cases[] = {
	    {{[VERDICT_BLOCKED] = 1}, REPORT_BLOCKED},
	    {{[VERDICT_LIKELY_BLOCKED] = 3}, REPORT_LIKELY},
	    {{[VERDICT_BLOCKED] = 1, [VERDICT_LIKELY_BLOCKED] = 2}, REPORT_LIKELY},
	    {{[VERDICT_OK] = 88, [VERDICT_BLOCKED] = 8}, REPORT_PARTLY},
	    {{[VERDICT_OK] = 20, [VERDICT_LIKELY_BLOCKED] = 2}, REPORT_PARTLY},
	    {{[VERDICT_IMPAIRED] = 20, [VERDICT_LIKELY_BLOCKED] = 2}, REPORT_PARTLY},
	    /* A single failure among others may be anything. */
	    {{[VERDICT_OK] = 1, [VERDICT_LIKELY_BLOCKED] = 1}, REPORT_OK},
	    {{[VERDICT_OK] = 20, [VERDICT_BLOCKED] = 1}, REPORT_OK},
	    /* What is down or cannot be told is neither reached nor blocked. */
	    {{[VERDICT_DOWN] = 3, [VERDICT_INSUFFICIENT] = 9}, REPORT_DOWN},
	    {{[VERDICT_INSUFFICIENT] = 9}, REPORT_UNTOLD},
	    {{[VERDICT_DOWN] = 90, [VERDICT_BLOCKED] = 1}, REPORT_BLOCKED},
	    {{[VERDICT_OK] = 1, [VERDICT_IMPAIRED] = 1}, REPORT_IMPAIRED},
	    {{0}, REPORT_NONE},
	};
	struct report_cell c;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		c = cell(cases[i].counts);
		assert_int_equal(report_cell_face(&c), cases[i].face);
	}
}

static void
a_week_is_bad_if_one_of_its_days_is(void **state)
{
	static const uint32_t good[VERDICT_STATUS_MAX] = {[VERDICT_OK] = 95, [VERDICT_BLOCKED] = 1};
	static const uint32_t bad[VERDICT_STATUS_MAX] = {[VERDICT_OK] = 88, [VERDICT_BLOCKED] = 8};
	struct report_cell cells[7];
	const struct report_site site = {.cells = cells, .ncells = 7};
	int i;

	(void)state;
	for (i = 0; i < 7; i++) {
		cells[i] = cell(good);
		cells[i].day = i;
	}
	assert_int_equal(report_face(&site, 0, 6, false), REPORT_OK);
	cells[3] = cell(bad);
	cells[3].day = 3;
	assert_int_equal(report_face(&site, 0, 6, false), REPORT_PARTLY);
	assert_int_equal(report_face(&site, 4, 6, false), REPORT_OK);
}

static void
a_site_that_was_slowed_down_is_not_called_blocked(void **state)
{
	struct report *r = report_sample(false);
	struct report_site_sum sum = report_site_sum(&r->sites[4]);

	(void)state;
	assert_int_equal(sum.finding, REPORT_SLOWED);
	assert_int_equal(sum.bad_days, 3);
	assert_int_equal(sum.mechanism, THROTTLING);
	assert_int_equal(report_face(&r->sites[4], sum.first_bad, sum.first_bad, false), REPORT_SLOWED);
	assert_int_equal(report_site_sum(&r->sites[3]).finding, REPORT_NONE);
	report_free(r);
}

static void
days_without_a_working_network_are_shut(void **state)
{
	struct report *r = report_sample(false);
	int32_t d = r->first_day;

	(void)state;
	assert_true(report_days_shut(r, d + 4, d + 5));
	assert_false(report_days_shut(r, d + 3, d + 4));
	assert_false(report_days_shut(r, d, d));
	assert_int_equal(report_face(&r->sites[0], d + 4, d + 4, true), REPORT_SHUT);
	assert_int_equal(report_face(&r->sites[0], d + 3, d + 3, true), REPORT_OK);
	assert_int_equal(report_face(&r->sites[0], d + 4, d + 4, false), REPORT_NONE);
	/* Beyond the report nothing is known. */
	assert_false(report_days_shut(r, d - 10, d - 1));
	assert_false(report_days_shut(r, d + 1000, d + 2000));
	report_free(r);
}

static void
only_events_with_known_days_are_marked(void **state)
{
	struct report *r = report_sample(false);
	int32_t d = r->first_day;

	(void)state;
	assert_true(report_is_event(r, d + 9, d + 9));
	assert_true(report_is_event(r, d + 34, d + 34));
	assert_false(report_is_event(r, d + 20, d + 20));
	report_free(r);
}

static void
the_sums_are_those_of_the_cells(void **state)
{
	struct report *r = report_sample(false);
	struct report_sum sum = report_sum_all(r);
	struct report_site_sum site = report_site_sum(&r->sites[1]);

	(void)state;
	assert_int_equal(sum.days, 41);
	assert_int_equal(sum.measured_days, 39);
	assert_int_equal(sum.shut_days, 2);
	assert_int_equal(sum.event_days, 4);
	assert_int_equal(sum.blocked, 1);
	assert_int_equal(sum.likely, 1);
	assert_int_equal(sum.slowed, 1);
	assert_int_equal(sum.bad_last, 2);
	/* Neither the honest change counts nor the virus scanner. */
	assert_int_equal(sum.intercepted, 2);
	assert_int_equal(sum.measurements, 7 * 39 * 4 + 2);
	assert_int_equal(site.bad_days, 12);
	assert_int_equal(site.bad, 46);
	assert_int_equal(site.first_bad, r->first_day + 9);
	assert_int_equal(site.last_bad, r->first_day + 40);
	assert_int_equal(site.last, REPORT_PARTLY);
	assert_int_equal(site.mechanism, TLS_SNI_RESET);
	report_free(r);
}

/* ---- The page ------------------------------------------------------------------------------- */

static struct buf
page_of(struct report *r)
{
	struct buf html = BUF_EMPTY;

	report_html(r, NULL, &html);
	report_free(r);
	return html;
}

/* Tags without the text between them, and without what stands in quotes, but for the policy. */
static struct buf
shape_of(const struct buf *html)
{
	struct buf shape = BUF_EMPTY;
	bool tag = false;
	char quote = 0;
	size_t i;

	for (i = 0; i < html->len; i++) {
		char c = html->data[i];

		if (!tag)
			tag = c == '<';
		else if (quote == 0 && c == '>')
			tag = false;
		else if (quote == 0 && c == '"')
			quote = c;
		else if (c == quote)
			quote = 0;
		else if (quote != 0)
			continue;
		if (tag)
			buf_putc(&shape, c);
	}
	assert_false(tag);
	return shape;
}

static size_t
count(const struct buf *html, const char *text)
{
	const char *at = buf_str(html);
	size_t n = 0;

	while ((at = strstr(at, text)) != NULL) {
		n++;
		at += strlen(text);
	}
	return n;
}

static void
whatever_texts_hold_the_page_has_the_same_tags(void **state)
{
	struct buf honest = page_of(report_sample(false)), hostile = page_of(report_sample(true));
	struct buf a = shape_of(&honest), b = shape_of(&hostile);

	(void)state;
	assert_string_equal(buf_str(&a), buf_str(&b));
	assert_int_equal(count(&hostile, "<script"), 0);
	assert_int_equal(count(&hostile, "<img"), 0);
	assert_true(count(&hostile, "&lt;script&gt;") > 50);
	assert_true(utf8_valid(hostile.data, hostile.len));
	assert_int_equal(memchr(hostile.data, '\x1b', hostile.len) != NULL, 0);
	buf_free(&honest);
	buf_free(&hostile);
	buf_free(&a);
	buf_free(&b);
}

static void
the_page_needs_nothing_else(void **state)
{
	static const char *const never[] = {"<script", "<svg", "<img", "<link", "<iframe", "<object", "<form", "<a ", "style=", "href=",
	    "src=", "url(", "@import", " on"};
	struct buf html = page_of(report_sample(false));
	struct buf shape = shape_of(&html);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		assert_int_equal(count(&shape, never[i]), 0);
	assert_null(strstr(report_style(), "url("));
	assert_null(strstr(report_style(), "@import"));
	assert_int_equal(count(&html, "content=\"default-src 'none'; style-src 'sha256-"), 1);
	buf_free(&html);
	buf_free(&shape);
}

static void
the_verdict_comes_first(void **state)
{
	struct buf html = page_of(report_sample(false));
	const char *verdict = strstr(buf_str(&html), "Blocked: 1 of 7 sites, proven by evidence; likely blocked: 1 more. Slowed down: 1 site. On the last day: 2.");

	(void)state;
	assert_non_null(verdict);
	assert_true(verdict < strstr(buf_str(&html), "<h2"));
	assert_int_equal(count(&html, "shut down or cut off from abroad on 2 days."), 1);
	assert_int_equal(count(&html, "Forged certificates were presented for 2 sites."), 1);
	assert_int_equal(count(&html, "Measured: 39 of 41 days."), 1);
	buf_free(&html);
}

static void
every_part_that_is_there_is_told(void **state)
{
	static const char *const told[] = {
	    "<col class=e>", "title=\"Three days of protest\">*", "A month of unrest", /* events */
	    "<td class=b title=\"4/4\">×", "<td class=l title=\"4/4\">×?", "<td class=p title=\"2/6\">~", "<td class=s>#", "<td class=i>!", "<td class=v title=\"4/4\">↓",
	    "<td class=d>·", "<td class=u>?", /* faces */
	    "2026-01-09 22:00 UTC</span> … <span class=when>2026-01-10 04:00 UTC", "no end seen", "the whole network",
	    "0123456789abcdef0123456789abcdef", "bad: 40 of 44; confidence 0.95", /* episodes */
	    "Qaznet Trust Network", "known as Qaznet", "Another Honest Authority", "ab12cd34.pem", "90 … 91", "A Virus Scanner", "an antivirus, an employer", "cd34ef56", "<td>3</td><td>2</td><td>1 <small>", "this accuses nobody", /* interception */
	    "Blocking follows the protests: 2 of 3 sites.", "Only 7 event days were measured.", "9999 circular shifts", "32.40",
	    "0.0012", "never blocked", "∞", "<th scope=row>-7</th>", "<th scope=row>+7</th>", /* correlation */
	    "2 d 1 h", "5 h 0 min", "the network was shut down</td>", "the probe slept", "39/41", /* coverage */
	    "Seed of random numbers", "netvane-analyze 0.1.0", "Asia/Almaty", /* method */
	};
	struct buf html = page_of(report_sample(false));
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(told) / sizeof(told[0]); i++)
		if (strstr(buf_str(&html), told[i]) == NULL)
			fail_msg("the page does not tell: %s", told[i]);
	buf_free(&html);
}

static void
a_part_that_nobody_computed_is_said_to_be_missing(void **state)
{
	struct buf html = page_of(report_sample_empty());

	(void)state;
	assert_int_equal(count(&html, "No site was measured, so nothing can be said of any."), 1);
	assert_int_equal(count(&html, "Episodes were not computed for this report."), 1);
	assert_int_equal(count(&html, "Certificates were not compared for this report."), 1);
	assert_int_equal(count(&html, "No calendar was given to compare with."), 1);
	assert_int_equal(count(&html, "class=g"), 0);
	buf_free(&html);
}

static void
a_year_of_120_sites_is_under_a_megabyte(void **state)
{
	struct buf year = page_of(report_sample_large(120, 365, false)), worst = page_of(report_sample_large(120, 365, true));

	(void)state;
	print_message("# a year: %zu bytes; all of it blocked: %zu\n", year.len, worst.len);
	assert_in_range(year.len, 100000, 999999);
	assert_in_range(worst.len, 100000, 999999);
	/* With all its cells. */
	assert_int_equal(count(&worst, "<td class=b"), 120 * 365);
	buf_free(&year);
	buf_free(&worst);
}

static void
more_than_that_stays_under_a_megabyte_too_and_says_what_is_missing(void **state)
{
	struct buf html = page_of(report_sample_large(400, 4000, false));

	(void)state;
	assert_in_range(html.len, 100000, 1000000);
	assert_int_equal(count(&html, "Week by week"), 1);
	assert_true(count(&html, "more are not shown here.") > 0);
	buf_free(&html);
}

static void
a_day_of_many_events_with_long_names_stays_small(void **state)
{
	struct report *r = report_sample(false);
	char title[2001];
	struct buf html;
	int i;

	(void)state;
	memset(title, 'x', sizeof(title) - 1);
	title[sizeof(title) - 1] = '\0';
	for (i = 0; i < 5000; i++)
		*ARENA_PUSH(r->arena, r->events, r->nevents) = (struct report_event){.first = r->first_day + 1, .last = r->first_day + 1,
		    .marked = true, .precision = "day", .title = arena_strdup(r->arena, title)};
	report_settle(r);
	html = page_of(r);
	assert_in_range(html.len, 1, 999999);
	assert_int_equal(count(&html, "; …\">*</td>"), 1);
	assert_int_equal(count(&html, "more are not shown here."), 1);
	buf_free(&html);
}

/* Weeks from Monday on, none lost and none twice, also where a year begins in one. */
static void
weeks_take_every_day_once(void **state)
{
	struct report *r = report_sample_large(1, 1000, true);
	struct buf html = page_of(r);

	(void)state;
	/* From Thursday, 1 January 2026, on: 1000 days touch 143 weeks and a bit. */
	assert_int_equal(count(&html, "<td class=b"), (1000 + 3 + 6) / 7);
	/* The first of them has four days. */
	assert_int_equal(count(&html, "title=\"384/384\""), 1);
	buf_free(&html);
}

static void
every_face_and_cause_has_words(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < REPORT_FACE_MAX; i++) {
		assert_non_null(report_face_words((enum report_face)i)->text);
		assert_non_null(report_face_words((enum report_face)i)->mark);
	}
	for (i = GAP_NONE + 1; i < GAP_CAUSE_MAX; i++)
		if (i != GAP_UNKNOWN)
			assert_string_not_equal(report_cause_words((enum gap_cause)i), report_cause_words(GAP_UNKNOWN));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_days_face_is_what_it_comes_to),
	    cmocka_unit_test(a_week_is_bad_if_one_of_its_days_is),
	    cmocka_unit_test(a_site_that_was_slowed_down_is_not_called_blocked),
	    cmocka_unit_test(days_without_a_working_network_are_shut),
	    cmocka_unit_test(only_events_with_known_days_are_marked),
	    cmocka_unit_test(the_sums_are_those_of_the_cells),
	    cmocka_unit_test(whatever_texts_hold_the_page_has_the_same_tags),
	    cmocka_unit_test(the_page_needs_nothing_else),
	    cmocka_unit_test(the_verdict_comes_first),
	    cmocka_unit_test(every_part_that_is_there_is_told),
	    cmocka_unit_test(a_part_that_nobody_computed_is_said_to_be_missing),
	    cmocka_unit_test(a_year_of_120_sites_is_under_a_megabyte),
	    cmocka_unit_test(more_than_that_stays_under_a_megabyte_too_and_says_what_is_missing),
	    cmocka_unit_test(a_day_of_many_events_with_long_names_stays_small),
	    cmocka_unit_test(weeks_take_every_day_once),
	    cmocka_unit_test(every_face_and_cause_has_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
