/* Showing events and rounds. */
#include "probe/story_screen.h"

#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/paragraph.h"
#include "probe/screen.h"
#include "results/event.h"
#include "results/measurement.h"
#include "results/story.h"
#include "results/verdict_words.h"

/* Of more, the middle is left out on a screen. */
enum { EVIDENCE_FIRST = 5, EVIDENCE_LAST = 3 };

static void
lines(const struct screen *s, const struct story *story)
{
	const char *label = "";
	size_t i;

	for (i = 0; i < story->nlines; i++) {
		const struct story_line *line = &story->lines[i];

		screen_labelled(s, strcmp(line->label, label) == 0 ? "" : line->label, line->text, TABLE_PLAIN);
		label = line->label;
	}
}

/* "2026-11-22 06:30:07 UTC: blocked, reset at TLS" */
static const char *
found_words(const struct screen *s, const struct story_evidence *e)
{
	const char *why = mechanism_words(e->mechanism);
	char when[CLOCK_TEXT_SIZE];

	if (e->start_us == 0)
		return "not found where the records are: thinned, dropped, or elsewhere";
	return arena_printf(s->arena, "%s UTC: %s%s%s%s%s", clock_ooni(e->start_us, when),
	    e->status == VERDICT_NONE ? "not judged" : verdict_status_words(e->status)->text, why != NULL ? " (" : "",
	    why != NULL ? why : "", why != NULL ? ")" : "", e->target != NULL ? arena_printf(s->arena, ", %s", e->target) : "");
}

static void
one_evidence(const struct screen *s, const struct story_evidence *e, bool looked_up, const char *how)
{
	fputs("  - ", s->out);
	if (looked_up) {
		paragraph_write(s->out, found_words(s, e), 4, s->width);
		fputs("    ", s->out);
	}
	paragraph_write(s->out, arena_printf(s->arena, "netvane explain %s%s", e->id, how), 4, s->width);
}

static void
evidence(const struct screen *s, const struct story *story, const char *how)
{
	bool many = story->nevidence > EVIDENCE_FIRST + EVIDENCE_LAST;
	int64_t more = story->evidence_dropped > 0 ? story->evidence_dropped : 0;
	size_t i;

	if (story->nevidence == 0)
		return;
	if (many)
		more += (int64_t)(story->nevidence - EVIDENCE_FIRST - EVIDENCE_LAST);
	screen_title(s, "Evidence");
	for (i = 0; i < story->nevidence; i++) {
		if (many && i == EVIDENCE_FIRST)
			i = story->nevidence - EVIDENCE_LAST;
		one_evidence(s, &story->evidence[i], story->looked_up, how);
	}
	if (more > 0)
		fprintf(s->out, "    and %lld more between the first and the last\n", (long long)more);
}

void
story_screen(const struct measurement *m, const struct story *story, const char *how, FILE *out, int width, bool colour)
{
	const struct screen s = screen_for(m, out, width, colour);
	char when[CLOCK_TEXT_SIZE];

	screen_heading(&s, story->status, story->title, NULL);
	fputs("  ", out);
	paragraph_write(out, story->words, 2, s.width);
	screen_labelled(&s, m->event != NULL ? "recorded" : "began",
	    arena_printf(s.arena, "%s UTC%s", clock_ooni(m->start_us, when), screen_network(m)), TABLE_PLAIN);
	if (m->id != NULL)
		screen_labelled(&s, "record", m->id, TABLE_PLAIN);
	screen_title(&s, m->event != NULL ? "What is known" : "What was found");
	lines(&s, story);
	evidence(&s, story, how);
	screen_title(&s, "What it means");
	fputs("  ", out);
	paragraph_write(out, story->meaning, 2, s.width);
	screen_items(&s, "What else could be the cause", story->alternatives, story->nalternatives);
	screen_items(&s, "What would settle it", story->would_settle, story->nwould_settle);
}

/* --- JSON ------------------------------------------------------------------------------------ */

static void
put_time(struct json *j, const char *key, int64_t us)
{
	char when[CLOCK_TEXT_SIZE];

	json_put_string(j, key, us != 0 ? clock_rfc3339(us, when) : NULL);
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
put_lines(struct json *j, const struct story *story)
{
	size_t i;

	json_put_array(j, "lines");
	for (i = 0; i < story->nlines; i++) {
		json_put_object(j, NULL);
		json_put_string(j, "label", story->lines[i].label);
		json_put_string(j, "text", story->lines[i].text);
		json_put_object_end(j);
	}
	json_put_array_end(j);
}

static void
put_evidence(struct json *j, const struct story *story)
{
	size_t i;

	json_put_array(j, "evidence");
	for (i = 0; i < story->nevidence; i++) {
		const struct story_evidence *e = &story->evidence[i];

		json_put_object(j, NULL);
		json_put_string(j, "id", e->id);
		put_time(j, "time", e->start_us);
		json_put_string(j, "target", e->target);
		json_put_string(j, "verdict", e->start_us != 0 ? verdict_status_name(e->status) : NULL);
		json_put_string(j, "mechanism", mechanism_name(e->mechanism));
		json_put_object_end(j);
	}
	json_put_array_end(j);
}

void
story_json(const struct measurement *m, const struct story *story, struct buf *out)
{
	const struct event_info *e = m->event;
	struct json j;

	json_init(&j, out);
	json_put_object(&j, NULL);
	json_put_string(&j, "id", m->id);
	put_time(&j, "time", m->start_us);
	json_put_string(&j, "kind", e != NULL ? event_kind_name(e->kind) : "round");
	json_put_string(&j, "title", story->title);
	json_put_string(&j, "words", story->words);
	put_time(&j, "not_before", e != NULL ? e->when.not_before_us : 0);
	put_time(&j, "not_after", e != NULL ? e->when.not_after_us : 0);
	put_lines(&j, story);
	put_evidence(&j, story);
	json_put_string(&j, "meaning", story->meaning);
	put_texts(&j, "alternatives", story->alternatives, story->nalternatives);
	put_texts(&j, "would_settle", story->would_settle, story->nwould_settle);
	json_put_object_end(&j);
	buf_putc(out, '\n');
}
