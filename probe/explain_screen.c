/* Showing an explanation. */
#include "probe/explain_screen.h"

#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/paragraph.h"
#include "base/table.h"
#include "results/explain.h"
#include "results/measurement.h"
#include "results/verdict_words.h"

/* Lines much longer than a book's are hard to read. */
enum { USUAL_WIDTH = 80, WIDEST = 100, LABEL = 14, ITEM = 4 };

struct screen {
	struct arena *arena; /* the measurement's */
	FILE *out;
	int width;
	bool colour;
};

static void
title(const struct screen *s, const char *text)
{
	fprintf(s->out, s->colour ? "\n\033[1m%s\033[0m\n" : "\n%s\n", text);
}

/* A label, and a paragraph beside it. */
static void
labelled(const struct screen *s, const char *label, const char *text, enum table_colour colour)
{
	const char *code = s->colour ? table_colour_code(colour) : NULL;

	fprintf(s->out, "  %-*s", LABEL - 2, label);
	if (code != NULL)
		fputs(code, s->out);
	paragraph_write(s->out, text, LABEL, s->width);
	if (code != NULL)
		fputs("\033[0m", s->out);
}

static const char *
network_name(const struct measurement *m)
{
	const char *cc = m->probe_cc != NULL && strcmp(m->probe_cc, "ZZ") != 0 ? m->probe_cc : NULL;
	const char *asn = m->probe_asn != NULL && strcmp(m->probe_asn, "AS0") != 0 ? m->probe_asn : NULL;
	const char *name = m->probe_network_name;
	bool named = asn != NULL && name != NULL && name[0] != '\0';

	if (asn == NULL && cc == NULL)
		return "";
	return arena_printf(m->arena, ", on%s%s%s%s%s%s%s", asn != NULL ? " " : "", asn != NULL ? asn : "",
	    named ? " (" : "", named ? name : "", named ? ")" : "", cc != NULL ? " in " : "",
	    cc != NULL ? cc : "");
}

static void
heading(const struct screen *s, const struct measurement *m, const struct explanation *e)
{
	const char *code = s->colour ? table_colour_code(verdict_status_words(m->verdict.status)->colour) : NULL;
	const char *url = m->input != NULL ? m->input : "(no target)";
	size_t used = 4 + table_text_width(e->verdict);
	char when[CLOCK_TEXT_SIZE];

	fprintf(s->out, "%s%s %s%s", code != NULL ? code : "", verdict_symbol(m->verdict.status), e->verdict,
	    code != NULL ? "\033[0m" : "");
	if (used + table_text_width(url) >= (size_t)s->width) {
		fputc('\n', s->out);
		used = 2;
	}
	fputs("  ", s->out);
	paragraph_write(s->out, url, used, s->width);
	labelled(s, "measured", arena_printf(s->arena, "%s UTC%s", clock_ooni(m->start_us, when), network_name(m)),
	    TABLE_PLAIN);
	labelled(s, "network", e->network, TABLE_PLAIN);
	if (e->rule != NULL)
		labelled(s, "rule", arena_printf(s->arena, "%s, confidence %.2f (docs/methodology.md)", e->rule,
		    m->verdict.confidence), TABLE_PLAIN);
	if (m->id != NULL)
		labelled(s, "record", m->id, TABLE_PLAIN);
}

static void
steps(const struct screen *s, const struct explanation *e)
{
	const char *time, *group = "";
	size_t i;

	for (i = 0; i < e->nsteps; i++) {
		const struct explain_step *step = &e->steps[i];

		time = explain_time(s->arena, step);
		labelled(s, strcmp(step->group, group) == 0 ? "" : step->group,
		    arena_printf(s->arena, "%s: %s%s%s%s", step->what, step->outcome, time != NULL ? " (" : "",
			time != NULL ? time : "", time != NULL ? ")" : ""),
		    step->how == EXPLAIN_BAD ? TABLE_YELLOW : TABLE_PLAIN);
		group = step->group;
	}
	if (e->nsteps == 0)
		labelled(s, "nothing", "", TABLE_PLAIN);
}

static void
items(const struct screen *s, const char *head, const char **texts, size_t n)
{
	size_t i;

	if (n == 0)
		return;
	title(s, head);
	for (i = 0; i < n; i++) {
		fputs("  - ", s->out);
		paragraph_write(s->out, texts[i], ITEM, s->width);
	}
}

void
explain_screen(const struct measurement *m, const struct explanation *e, FILE *out, int width, bool colour)
{
	const struct screen s = {m->arena, out,
	    width == 0 ? USUAL_WIDTH : width > WIDEST ? WIDEST : width, colour};

	heading(&s, m, e);
	title(&s, "What was tried");
	steps(&s, e);
	title(&s, "What it means");
	fputs("  ", out);
	paragraph_write(out, e->meaning, 2, s.width);
	items(&s, "What else could be the cause", e->alternatives, e->nalternatives);
	items(&s, "What would settle it", e->would_settle, e->nwould_settle);
}

/* --- JSON ------------------------------------------------------------------------------------ */

static void
put_step(struct json *j, const struct explain_step *step)
{
	json_put_object(j, NULL);
	json_put_string(j, "group", step->group);
	json_put_string(j, "what", step->what);
	json_put_string(j, "outcome", step->outcome);
	json_put_double(j, "least_ms", step->least_s * 1000);
	json_put_double(j, "most_ms", step->most_s * 1000);
	if (step->how == EXPLAIN_PLAIN)
		json_put_null(j, "good");
	else
		json_put_bool(j, "good", step->how == EXPLAIN_GOOD);
	json_put_object_end(j);
}

static void
put_texts(struct json *j, const char *key, const char **texts, size_t n)
{
	size_t i;

	json_put_array(j, key);
	for (i = 0; i < n; i++)
		json_put_string(j, NULL, texts[i]);
	json_put_array_end(j);
}

void
explain_json(const struct measurement *m, const struct explanation *e, struct buf *out)
{
	char when[CLOCK_TEXT_SIZE];
	struct json j;
	size_t i;

	json_init(&j, out);
	json_put_object(&j, NULL);
	json_put_string(&j, "id", m->id);
	json_put_string(&j, "time", clock_rfc3339(m->start_us, when));
	json_put_string(&j, "target", m->input);
	json_put_string(&j, "verdict", verdict_status_name(m->verdict.status));
	json_put_string(&j, "mechanism", mechanism_name(m->verdict.mechanism));
	json_put_double(&j, "confidence", m->verdict.confidence);
	json_put_string(&j, "rule", e->rule);
	json_put_string(&j, "words", e->verdict);
	json_put_string(&j, "network", e->network);
	json_put_array(&j, "steps");
	for (i = 0; i < e->nsteps; i++)
		put_step(&j, &e->steps[i]);
	json_put_array_end(&j);
	json_put_string(&j, "meaning", e->meaning);
	put_texts(&j, "alternatives", e->alternatives, e->nalternatives);
	put_texts(&j, "would_settle", e->would_settle, e->nwould_settle);
	json_put_object_end(&j);
	buf_putc(out, '\n');
}
