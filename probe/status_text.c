/* A status on a terminal. */
#include "probe/status_view.h"

#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/paragraph.h"
#include "base/table.h"
#include "probe/site_name.h"
#include "probe/status_model.h"
#include "probe/status_words.h"
#include "results/verdict_words.h"

enum { LABEL = 12, DAY_S = 86400, DAYS = 14 };

struct screen {
	const struct status *st;
	int64_t now_us;
	FILE *out;
	int width;
	bool colour, utf8;
	struct status_span days[DAYS];
	size_t ndays;
};

static const char *
symbol(const struct screen *s, enum status_face face)
{
	const struct face_words *words = status_face_words(face);

	return s->utf8 ? words->symbol : words->ascii;
}

static void
title(const struct screen *s, const char *text)
{
	fprintf(s->out, s->colour ? "\n\033[1m%s\033[0m\n" : "\n%s\n", text);
}

/* --- the probe ------------------------------------------------------------------------------- */

/* A label, and what has been put together beside it; the buf is empty then. */
static void
labelled(const struct screen *s, const char *label, struct buf *text)
{
	if (text->len > 0) {
		fprintf(s->out, "%-*s", LABEL, label);
		paragraph_write(s->out, buf_str(text), LABEL, s->width);
	}
	buf_clear(text);
}

static void
put_moment(const struct screen *s, int64_t us, struct buf *text)
{
	char when[STATUS_WORDS_SIZE], how[STATUS_WORDS_SIZE];

	buf_printf(text, "%s (%s)", status_when(us, when),
	    us > s->now_us ? status_until(us, s->now_us, how) : status_ago(us, s->now_us, how));
}

static void
write_daemon(const struct screen *s, struct buf *text)
{
	const struct status_probe *p = &s->st->probe;
	char lasted[STATUS_WORDS_SIZE];

	if (p->version != NULL)
		buf_printf(text, "netvane %s, ", p->version);
	if (p->pid >= 0)
		buf_printf(text, "runs as process %lld", (long long)p->pid);
	else
		buf_puts(text, "does not run");
	if (p->uptime_s >= 0)
		buf_printf(text, ", for %s", status_lasted(p->uptime_s, lasted));
	labelled(s, "Daemon", text);
	if (p->sandbox != NULL)
		buf_puts(text, p->sandbox);
	labelled(s, "Sandbox", text);
	if (p->last_round_us != 0)
		put_moment(s, p->last_round_us, text);
	labelled(s, "Last round", text);
	if (p->next_round_us != 0)
		put_moment(s, p->next_round_us, text);
	labelled(s, "Next round", text);
}

static void
write_network(const struct screen *s, struct buf *text)
{
	const struct status_network *n = &s->st->network;
	char *state = status_cause(network_state_name(n->state));
	size_t i;

	buf_printf(text, "%s; IPv6 %s", state, ipv6_state_name(n->ipv6));
	free(state);
	for (i = 0; i < n->nnotes; i++)
		buf_printf(text, "; %s", n->notes[i]);
	labelled(s, "Network", text);
}

static void
write_use(const struct screen *s, struct buf *text)
{
	const struct status *st = s->st;
	char bytes[STATUS_WORDS_SIZE];

	if (st->budget.bytes_today >= 0)
		buf_printf(text, "%s today", status_bytes(st->budget.bytes_today, bytes));
	if (st->budget.bytes_today >= 0 && st->budget.limit >= 0)
		buf_printf(text, " of %s", status_bytes(st->budget.limit, bytes));
	if (st->budget.skipped > 0)
		buf_printf(text, "; %lld measurements were left out for it", (long long)st->budget.skipped);
	labelled(s, "Traffic", text);
	if (st->journal.bytes >= 0)
		buf_printf(text, "%s", status_bytes(st->journal.bytes, bytes));
	if (st->journal.bytes >= 0 && st->journal.quota >= 0)
		buf_printf(text, " of %s", status_bytes(st->journal.quota, bytes));
	if (st->journal.spool_lines > 0)
		buf_printf(text, "; %lld records wait in memory", (long long)st->journal.spool_lines);
	if (st->journal.trouble != NULL)
		buf_printf(text, "; trouble: %s", st->journal.trouble);
	labelled(s, "Journal", text);
	if (st->probe.state_dir != NULL)
		buf_puts(text, st->probe.state_dir);
	labelled(s, "State", text);
}

/* --- the sites ------------------------------------------------------------------------------- */

/* A day's symbol each, the oldest first. */
static char *
days(const struct screen *s, const struct status_target *target)
{
	struct buf text = BUF_EMPTY;
	struct status_cell day;
	size_t i;

	for (i = 0; i < s->ndays; i++) {
		day = status_span_cell(target, &s->days[i]);
		buf_puts(&text, symbol(s, status_cell_face(&day)));
	}
	return buf_steal(&text);
}

static void
put_state(const struct screen *s, const struct status_target *target, struct buf *text)
{
	enum status_face face = status_face_of(target->status);
	const char *why = mechanism_words(target->mechanism);

	buf_printf(text, "%s %s", symbol(s, face), status_face_words(face)->text);
	if (why != NULL)
		buf_printf(text, ": %s", why);
	if (target->burst)
		buf_puts(text, " (watched closely)");
}

static void
write_target(const struct screen *s, const struct status_target *target, struct table *table)
{
	char *site = site_name(target->url != NULL ? target->url : "?"), *row = days(s, target);
	enum table_colour colour = status_face_words(status_face_of(target->status))->colour;
	char ago[STATUS_WORDS_SIZE] = "never";
	struct buf state = BUF_EMPTY;

	put_state(s, target, &state);
	if (target->measured_us != 0)
		status_ago(target->measured_us, s->now_us, ago);
	table_cell(table, site, TABLE_PLAIN);
	table_cell(table, buf_str(&state), colour);
	table_cell(table, ago, TABLE_DIM);
	table_cell(table, row, TABLE_PLAIN);
	buf_free(&state);
	free(row);
	free(site);
}

static void
write_sites(const struct screen *s)
{
	static const struct table_column columns[] = {
	    {"SITE", false, 14}, {"STATE", false, 16}, {"MEASURED", false, 0}, {"DAYS", false, 0}};
	struct table *table = table_new(columns, sizeof(columns) / sizeof(columns[0]));
	size_t *order = status_order(s->st), i;

	for (i = 0; i < s->st->ntargets; i++)
		write_target(s, &s->st->targets[order[i]], table);
	if (s->st->ntargets > 0) {
		fputc('\n', s->out);
		table_write(table, s->out, s->width, s->colour);
	}
	free(order);
	table_free(table);
}

/* --- anomalies and gaps ---------------------------------------------------------------------- */

static void
write_anomalies(const struct screen *s)
{
	char from[STATUS_WORDS_SIZE], until[STATUS_WORDS_SIZE];
	struct buf text = BUF_EMPTY;
	size_t i;

	if (s->st->nanomalies > 0)
		title(s, "Open anomalies");
	for (i = 0; i < s->st->nanomalies; i++) {
		const struct status_anomaly *a = &s->st->anomalies[i];

		status_anomaly_words(a, &text);
		if (text.len > 0 && text.data[text.len - 1] != '.')
			buf_putc(&text, '.');
		if (a->from_us != 0 && a->until_us != 0)
			buf_printf(&text, " It began between %s and %s.", status_when(a->from_us, from),
			    status_when(a->until_us, until));
		else if (a->until_us != 0)
			buf_printf(&text, " It began before %s.", status_when(a->until_us, until));
		if (a->event_day != NULL)
			buf_printf(&text, " It coincides with %s.", a->event_day);
		if (a->id != NULL)
			buf_printf(&text, " [%s]", a->id);
		fputs("- ", s->out);
		paragraph_write(s->out, buf_str(&text), 2, s->width);
		buf_clear(&text);
	}
	buf_free(&text);
}

static void
write_gaps(const struct screen *s)
{
	static const struct table_column columns[] = {
	    {"FROM", false, 0}, {"UNTIL", false, 0}, {"LASTED", false, 0}, {"CAUSE", false, 10}};
	struct table *table = table_new(columns, sizeof(columns) / sizeof(columns[0]));
	char text[STATUS_WORDS_SIZE], *cause;
	size_t i;

	for (i = 0; i < s->st->ngaps; i++) {
		const struct status_gap *gap = &s->st->gaps[i];

		table_cell(table, gap->from_us != 0 ? status_when(gap->from_us, text) : "not known", TABLE_PLAIN);
		table_cell(table, gap->until_us != 0 ? status_when(gap->until_us, text) : "it lasts", TABLE_PLAIN);
		table_cell(table, gap->from_us != 0 ? status_lasted(status_gap_seconds(gap, gap->from_us, s->now_us), text) : "",
		    TABLE_PLAIN);
		cause = status_cause(gap->cause);
		table_cell(table, cause, TABLE_PLAIN);
		free(cause);
	}
	if (s->st->ngaps > 0) {
		title(s, "Times without measurements");
		table_write(table, s->out, s->width, s->colour);
	}
	table_free(table);
}

void
status_text(const struct status *st, int64_t now_us, int width, bool colour, struct buf *out)
{
	struct screen s = {.st = st, .now_us = now_us, .width = width, .colour = colour,
	    .utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0};
	struct buf text = BUF_EMPTY;
	char *written = NULL;
	size_t len = 0;

	s.ndays = status_spans(&st->grid, DAY_S, s.days, DAYS);
	s.out = open_memstream(&written, &len);
	if (s.out == NULL)
		log_fatal("out of memory (a screen)");
	status_sentences(st, now_us, &text);
	paragraph_write(s.out, buf_str(&text), 0, width);
	buf_clear(&text);
	fputc('\n', s.out);
	write_daemon(&s, &text);
	write_network(&s, &text);
	write_use(&s, &text);
	write_sites(&s);
	write_anomalies(&s);
	write_gaps(&s);
	fclose(s.out);
	buf_add(out, written, len);
	free(written);
	buf_free(&text);
}
