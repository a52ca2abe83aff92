/* Whatever record was read, a measurement, an event or a round, can be explained, on a screen of any width and as JSON; and the screen shows no control characters. */
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "probe/explain_screen.h"
#include "probe/open_anomaly.h"
#include "probe/story_screen.h"
#include "results/event.h"
#include "results/explain.h"
#include "results/measurement.h"
#include "results/story.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool fine)
{
	if (!fine)
		abort();
}

/* To free; no control characters in it. */
static void
check_text(char *text, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++)
		require(text[i] == '\n' || !iscntrl((unsigned char)text[i]));
	free(text);
}

static void
check_screen(const struct measurement *m, const struct explanation *e, int width)
{
	size_t size;
	char *text = NULL;
	FILE *out = open_memstream(&text, &size);

	require(out != NULL);
	explain_screen(m, e, out, width, false);
	require(fclose(out) == 0);
	check_text(text, size);
}

/* Events and rounds; an event's own records, and itself, as its evidence. */
static void
check_story(struct measurement *m)
{
	struct open_anomalies *open = open_anomalies_new();
	struct buf json = BUF_EMPTY;
	struct story story;
	char *text = NULL;
	size_t size, i;
	FILE *out = open_memstream(&text, &size);

	require(out != NULL);
	story_of(m, &story);
	require(story.title != NULL && story.words != NULL && story.meaning != NULL);
	for (i = 0; i < story.nlines; i++)
		require(story.lines[i].label != NULL && story.lines[i].text != NULL);
	story_found(&story, m->arena, m);
	story.looked_up = true;
	story_screen(m, &story, " --state x", out, 30, false);
	require(fclose(out) == 0);
	check_text(text, size);
	story_json(m, &story, &json);
	buf_free(&json);
	open_anomalies_take(open, m);
	if (m->event != NULL && m->event->ntargets > 0)
		m->input = m->event->targets[0].url;
	(void)open_anomalies_of(open, m);
	open_anomalies_free(open);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf json = BUF_EMPTY;
	struct explanation e;
	struct measurement *m;
	char error[256];
	size_t i;

	m = measurement_decode((const char *)data, size, NULL, error, sizeof(error));
	if (m == NULL)
		return 0;
	if (m->event != NULL || m->round != NULL) {
		check_story(m);
		measurement_free(m);
		return 0;
	}
	explain_record(m, &e);
	require(e.meaning != NULL && e.verdict != NULL && e.network != NULL);
	for (i = 0; i < e.nsteps; i++)
		require(e.steps[i].what != NULL && e.steps[i].outcome != NULL);
	check_screen(m, &e, 0);
	check_screen(m, &e, 30);
	explain_json(m, &e, &json);
	buf_free(&json);
	measurement_free(m);
	return 0;
}
