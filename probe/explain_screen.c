/* Showing an explanation. */
#include "probe/explain_screen.h"

#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/paragraph.h"
#include "probe/screen.h"
#include "results/explain.h"
#include "results/measurement.h"
#include "results/verdict_words.h"

static void
heading(const struct screen *s, const struct measurement *m, const struct explanation *e)
{
	char when[CLOCK_TEXT_SIZE];

	screen_heading(s, m->verdict.status, e->verdict, m->input != NULL ? m->input : "(no target)");
	screen_labelled(s, "measured", arena_printf(s->arena, "%s UTC%s", clock_ooni(m->start_us, when), screen_network(m)),
	    TABLE_PLAIN);
	screen_labelled(s, "network", e->network, TABLE_PLAIN);
	if (e->rule != NULL)
		screen_labelled(s, "rule", arena_printf(s->arena, "%s, confidence %.2f (docs/methodology.md)", e->rule,
		    m->verdict.confidence), TABLE_PLAIN);
	if (m->id != NULL)
		screen_labelled(s, "record", m->id, TABLE_PLAIN);
	if (e->open != NULL)
		screen_labelled(s, "anomaly", e->open->words, TABLE_YELLOW);
}

static void
steps(const struct screen *s, const struct explanation *e)
{
	const char *time, *group = "";
	size_t i;

	for (i = 0; i < e->nsteps; i++) {
		const struct explain_step *step = &e->steps[i];

		time = explain_time(s->arena, step);
		screen_labelled(s, strcmp(step->group, group) == 0 ? "" : step->group,
		    arena_printf(s->arena, "%s: %s%s%s%s", step->what, step->outcome, time != NULL ? " (" : "",
			time != NULL ? time : "", time != NULL ? ")" : ""),
		    step->how == EXPLAIN_BAD ? TABLE_YELLOW : TABLE_PLAIN);
		group = step->group;
	}
	if (e->nsteps == 0)
		screen_labelled(s, "nothing", "", TABLE_PLAIN);
}

void
explain_screen(const struct measurement *m, const struct explanation *e, FILE *out, int width, bool colour)
{
	const struct screen s = screen_for(m, out, width, colour);

	heading(&s, m, e);
	screen_title(&s, "What was tried");
	steps(&s, e);
	screen_title(&s, "What it means");
	fputs("  ", out);
	paragraph_write(out, e->meaning, 2, s.width);
	screen_items(&s, "What else could be the cause", e->alternatives, e->nalternatives);
	screen_items(&s, "What would settle it", e->would_settle, e->nwould_settle);
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

static void
put_open(struct json *j, const struct explain_open *open)
{
	if (open == NULL) {
		json_put_null(j, "anomaly");
		return;
	}
	json_put_object(j, "anomaly");
	json_put_string(j, "id", open->anomaly);
	json_put_string(j, "event", open->event);
	json_put_string(j, "words", open->words);
	json_put_object_end(j);
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
	put_open(&j, e->open);
	json_put_object_end(&j);
	buf_putc(out, '\n');
}
