/* A month that was played, in words. */
#include "tests/lab/month_tell.h"

#include <math.h>

static const int64_t second_us = 1000000;

enum { TEXT_SIZE = 64, LINES_MOST = 20 };

/* "3 04:17:20", counted from the beginning as in the chronicle; "-" for what is not known. */
static const char *
moment(const struct month_story *story, int64_t us, char out[TEXT_SIZE])
{
	long long s = (us - story->began_us) / second_us;

	if (us == 0 || s < 0)
		snprintf(out, TEXT_SIZE, "-");
	else
		snprintf(out, TEXT_SIZE, "%lld %02lld:%02lld:%02lld", s / 86400 + 1, s / 3600 % 24, s / 60 % 60, s % 60);
	return out;
}

/* "45 s", "12 min", "2 h 05 min" */
static const char *
span(int64_t us, char out[TEXT_SIZE])
{
	double s = (double)us / 1e6;
	long long minutes = llround(s / 60);

	if (s < 120)
		snprintf(out, TEXT_SIZE, "%.0f s", s);
	else if (minutes < 120)
		snprintf(out, TEXT_SIZE, "%lld min", minutes);
	else
		snprintf(out, TEXT_SIZE, "%lld h %02lld min", minutes / 60, minutes % 60);
	return out;
}

static const char *
width(const struct event_bracket *b, char out[TEXT_SIZE])
{
	if (b->not_before_us == 0 || b->not_after_us == 0)
		snprintf(out, TEXT_SIZE, "-");
	else
		span(b->not_after_us - b->not_before_us, out);
	return out;
}

/* --- TAP -------------------------------------------------------------------------------------- */

struct tap {
	FILE *out;
	int n, failed;
};

static void
claim(struct tap *tap, bool holds, const char *name, const char *what)
{
	tap->n++;
	tap->failed += !holds;
	fprintf(tap->out, "%sok %d - %s%s%s\n", holds ? "" : "not ", tap->n, name, *name != '\0' ? ": " : "", what);
}

static void
tell_bracket(const struct month_story *story, FILE *out, const char *what, int64_t truth_us, const struct event_bracket *b)
{
	char from[TEXT_SIZE], until[TEXT_SIZE], when[TEXT_SIZE], wide[TEXT_SIZE];

	fprintf(out, "#   %s %s; told: %s to %s (%s)\n", what, moment(story, truth_us, when),
	    moment(story, b->not_before_us, from), moment(story, b->not_after_us, until), width(b, wide));
}

static void
tell_lines(FILE *out, const char *const *lines, size_t n)
{
	size_t i;

	for (i = 0; i < n && i < LINES_MOST; i++)
		fprintf(out, "#   %s\n", lines[i]);
	if (n > LINES_MOST)
		fprintf(out, "#   and %zu more\n", n - LINES_MOST);
}

static void
tell_episode(const struct month_story *story, struct tap *tap, const struct episode_found *f)
{
	claim(tap, f->wrong == NULL, f->episode->name,
	    f->episode->kind == EPISODE_HARMLESS ? "nothing is told of it"
		: f->has_end			 ? "told once, with its beginning and its end"
						 : "told once");
	if (f->wrong != NULL)
		fprintf(tap->out, "#   %s\n", f->wrong);
	if (f->episode->kind == EPISODE_HARMLESS)
		return;
	tell_bracket(story, tap->out, "began", f->truth.from_us, &f->begin);
	if (f->has_end)
		tell_bracket(story, tap->out, "ended", f->truth.until_us, &f->end);
}

int
month_tell_tap(const struct month_story *story, FILE *out)
{
	const struct month_found *found = story->found;
	struct tap tap = {.out = out};
	size_t i;

	fprintf(out, "1..%zu\n", found->nepisodes + 3);
	for (i = 0; i < found->nepisodes; i++)
		tell_episode(story, &tap, &found->episodes[i]);
	claim(&tap, found->ninvented == 0, "", "nothing is invented");
	tell_lines(out, found->invented, found->ninvented);
	claim(&tap, found->nsilences == 0, "", "no silence is without a reason");
	tell_lines(out, found->silences, found->nsilences);
	claim(&tap, found->nrounds > 0 && found->nmeasurements >= found->nrounds, "", "there is something to compare with");
	fprintf(out, "# %d days, %zu rounds, %zu measurements, %zu events, %.1f MB of records, in %.0f s\n", story->chronicle->days,
	    found->nrounds, found->nmeasurements, found->nevents, (double)found->bytes / 1e6, story->took_s);
	if (found->nodd > 0)
		fprintf(out, "# single measurements that nobody was told of:\n");
	tell_lines(out, found->odd, found->nodd);
	return tap.failed;
}

/* --- Markdown --------------------------------------------------------------------------------- */

static void
write_row(const struct month_story *story, FILE *out, const struct episode_found *f)
{
	bool step = f->episode->kind == EPISODE_CLOCK;
	char when[TEXT_SIZE], lasted[TEXT_SIZE], begin[TEXT_SIZE], end[TEXT_SIZE];

	fprintf(out, "| %s | %s | %s | %s | %s | %s | %s |\n", moment(story, f->truth.from_us, when), f->episode->name,
	    span(f->truth.until_us - f->truth.from_us, lasted), f->told != NULL ? f->told : "-", width(&f->begin, begin),
	    step ? "" : width(&f->end, end), f->wrong != NULL ? f->wrong : "yes");
}

static int
count_wrong(const struct month_found *found)
{
	int n = 0;
	size_t i;

	for (i = 0; i < found->nepisodes; i++)
		n += found->episodes[i].wrong != NULL;
	return n;
}

static void
write_list(FILE *out, const char *head, const char *const *lines, size_t n)
{
	size_t i;

	if (n == 0)
		return;
	fprintf(out, "\n%s:\n\n", head);
	for (i = 0; i < n && i < LINES_MOST; i++)
		fprintf(out, "- %s\n", lines[i]);
	if (n > LINES_MOST)
		fprintf(out, "- and %zu more\n", n - LINES_MOST);
}

void
month_tell_table(const struct month_story *story, FILE *out)
{
	const struct chronicle *c = story->chronicle;
	const struct month_found *found = story->found;
	int wrong = count_wrong(found);
	size_t i;

	fprintf(out,
	    "%d days, %zu targets, a round every %lld min: %zu rounds, %zu measurements, %zu events, %.0f MB of records, played in %.0f min.\n\n",
	    c->days, c->targets.n, (long long)(c->every_s / 60), found->nrounds, found->nmeasurements, found->nevents,
	    (double)found->bytes / 1e6, story->took_s / 60);
	fprintf(out, "| what was asked | how many |\n|---|---:|\n");
	fprintf(out, "| episodes, and told once, within their brackets | %zu, %zu |\n", found->nepisodes,
	    found->nepisodes - (size_t)wrong);
	fprintf(out, "| events that nothing happened for | %zu |\n", found->ninvented);
	fprintf(out, "| silences without a reason | %zu |\n", found->nsilences);
	fprintf(out, "| single measurements that look bad with nobody in the way, of which no event came | %zu |\n\n", found->nbad);
	fprintf(out, "| day, time | what | for | told as | beginning known to within | end known to within | once, and true |\n");
	fprintf(out, "|---|---|---|---|---|---|---|\n");
	for (i = 0; i < found->nepisodes; i++)
		write_row(story, out, &found->episodes[i]);
	write_list(out, "Invented", found->invented, found->ninvented);
	write_list(out, "Silent", found->silences, found->nsilences);
	write_list(out, "Single measurements", found->odd, found->nodd);
}
