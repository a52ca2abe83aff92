/* A status in plain words. */
#include "probe/status_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "results/verdict_words.h"

static const int64_t second = 1000000;

/* --- times and sizes ------------------------------------------------------------------------- */

char *
status_when(int64_t us, char out[STATUS_WORDS_SIZE])
{
	enum { TO_THE_MINUTE = 16 };
	char text[CLOCK_TEXT_SIZE];

	snprintf(out, STATUS_WORDS_SIZE, "%.*s UTC", TO_THE_MINUTE, clock_ooni(us, text));
	return out;
}

char *
status_lasted(int64_t seconds, char out[STATUS_WORDS_SIZE])
{
	static const struct {
		int64_t seconds;
		const char *one, *many;
	} units[] = {{86400, "day", "days"}, {3600, "hour", "hours"}, {60, "minute", "minutes"},
	    {1, "second", "seconds"}};
	size_t i = 0;
	int64_t n, rest;
	int len;

	if (seconds < 0)
		seconds = 0;
	while (i < 3 && seconds < units[i].seconds)
		i++;
	n = seconds / units[i].seconds;
	len = snprintf(out, STATUS_WORDS_SIZE, "%lld %s", (long long)n, n == 1 ? units[i].one : units[i].many);
	/* Of days and hours, the next smaller unit matters too; minutes are told without seconds. */
	if (i >= 2)
		return out;
	rest = seconds % units[i].seconds / units[i + 1].seconds;
	if (rest > 0 && n < 10)
		snprintf(out + len, STATUS_WORDS_SIZE - (size_t)len, " %lld %s", (long long)rest,
		    rest == 1 ? units[i + 1].one : units[i + 1].many);
	return out;
}

char *
status_ago(int64_t us, int64_t now_us, char out[STATUS_WORDS_SIZE])
{
	char text[STATUS_WORDS_SIZE];

	if (now_us - us < 5 * second)
		snprintf(out, STATUS_WORDS_SIZE, "just now");
	else
		snprintf(out, STATUS_WORDS_SIZE, "%.*s ago", STATUS_WORDS_SIZE - 5,
		    status_lasted((now_us - us) / second, text));
	return out;
}

char *
status_until(int64_t us, int64_t now_us, char out[STATUS_WORDS_SIZE])
{
	char text[STATUS_WORDS_SIZE];

	if (us - now_us < second)
		snprintf(out, STATUS_WORDS_SIZE, "now");
	else
		snprintf(out, STATUS_WORDS_SIZE, "in %.*s", STATUS_WORDS_SIZE - 4,
		    status_lasted((us - now_us) / second, text));
	return out;
}

char *
status_bytes(int64_t bytes, char out[STATUS_WORDS_SIZE])
{
	static const char *const units[] = {"kB", "MB", "GB", "TB", "PB", "EB"};
	double v = (double)bytes / 1000;
	size_t i = 0;

	if (bytes < 1000) {
		snprintf(out, STATUS_WORDS_SIZE, "%lld byte%s", (long long)bytes, bytes == 1 ? "" : "s");
		return out;
	}
	/* 999.95 would be written as 1000.0. */
	for (; v >= 999.95 && i < 5; i++)
		v /= 1000;
	snprintf(out, STATUS_WORDS_SIZE, "%.1f %s", v, units[i]);
	return out;
}

/* --- verdicts -------------------------------------------------------------------------------- */

/* On the page a likely block differs from a proven one without colour and words. */
static const struct face_words faces[STATUS_FACE_MAX] = {
    [FACE_NONE] = {"-", "-", "not measured", TABLE_DIM, "–", "none"},
    [FACE_OK] = {"✓", "+", "reached", TABLE_GREEN, "✓", "ok"},
    [FACE_BLOCKED] = {"×", "x", "blocked", TABLE_RED, "×", "blocked"},
    [FACE_LIKELY] = {"×", "x", "likely blocked", TABLE_RED, "×?", "likely"},
    [FACE_PARTLY] = {"~", "~", "blocked some of the time", TABLE_RED, "~", "partly"},
    [FACE_IMPAIRED] = {"!", "!", "impaired", TABLE_YELLOW, "!", "impaired"},
    [FACE_DOWN] = {"·", ".", "the site's own fault", TABLE_BLUE, "·", "down"},
    [FACE_UNTOLD] = {"?", "?", "cannot be told", TABLE_YELLOW, "?", "untold"},
};

const struct face_words *
status_face_words(enum status_face face)
{
	return &faces[face];
}

enum status_face
status_face_of(enum verdict_status status)
{
	static const enum status_face face[VERDICT_STATUS_MAX] = {
	    [VERDICT_NONE] = FACE_NONE,
	    [VERDICT_OK] = FACE_OK,
	    [VERDICT_BLOCKED] = FACE_BLOCKED,
	    [VERDICT_LIKELY_BLOCKED] = FACE_LIKELY,
	    [VERDICT_IMPAIRED] = FACE_IMPAIRED,
	    [VERDICT_DOWN] = FACE_DOWN,
	    [VERDICT_INSUFFICIENT] = FACE_UNTOLD,
	};

	return face[status];
}

/* What needs looking at comes first. */
static const enum verdict_status worst_first[VERDICT_STATUS_MAX] = {VERDICT_BLOCKED, VERDICT_LIKELY_BLOCKED,
    VERDICT_IMPAIRED, VERDICT_DOWN, VERDICT_INSUFFICIENT, VERDICT_NONE, VERDICT_OK};

void
status_cell_words(const struct status_cell *cell, struct buf *out)
{
	size_t before = out->len, i;
	enum verdict_status s;

	for (i = 0; i < VERDICT_STATUS_MAX; i++) {
		s = worst_first[i];
		if (cell->counts[s] > 0)
			buf_printf(out, "%s%u %s", out->len > before ? ", " : "", cell->counts[s],
			    s == VERDICT_NONE ? "not judged" : faces[status_face_of(s)].text);
	}
	if (out->len == before)
		buf_puts(out, faces[FACE_NONE].text);
}

size_t *
status_order(const struct status *st)
{
	size_t *order = xcalloc(st->ntargets, sizeof(*order)), n = 0, i, k;

	for (k = 0; k < VERDICT_STATUS_MAX; k++)
		for (i = 0; i < st->ntargets; i++)
			if (st->targets[i].status == worst_first[k])
				order[n++] = i;
	return order;
}

/* --- sentences ------------------------------------------------------------------------------- */

char *
status_cause(const char *cause)
{
	char *text = xstrdup(cause != NULL && cause[0] != '\0' ? cause : "no reason known"), *p;

	for (p = text; *p != '\0'; p++)
		if (*p == '_')
			*p = ' ';
	return text;
}

void
status_anomaly_words(const struct status_anomaly *anomaly, struct buf *out)
{
	enum { NAMED = 3 };
	const char *mechanism = mechanism_words(anomaly->mechanism);
	size_t i;

	if (anomaly->words != NULL && anomaly->words[0] != '\0') {
		buf_puts(out, anomaly->words);
		return;
	}
	if (anomaly->ntargets == 0)
		buf_puts(out, "The line as a whole");
	for (i = 0; i < anomaly->ntargets && i < NAMED; i++)
		buf_printf(out, "%s%s", i > 0 ? ", " : "", anomaly->targets[i] != NULL ? anomaly->targets[i] : "?");
	if (anomaly->ntargets > NAMED)
		buf_printf(out, " and %zu more", anomaly->ntargets - NAMED);
	if (mechanism != NULL)
		buf_printf(out, ": %s", mechanism);
}

static const char *const network_words[NETWORK_STATE_MAX] = {
    [NETWORK_UNKNOWN] = NULL,
    [NETWORK_ONLINE] = NULL,
    [NETWORK_DEGRADED] = "This line works badly: some of the sites that should always answer did not, or everything is slow.",
    [NETWORK_CAPTIVE_PORTAL] = "This line leads to a login page (hotel, cafe, provider). Log in there; until then nothing "
                               "can be said about any site.",
    [NETWORK_FOREIGN_CUT] = "Sites inside the country can be reached, but nothing outside of it: this is what it looks like "
                            "when a country is cut off from abroad, and also a fault at the provider.",
    [NETWORK_SHUTDOWN] = "The link and its gateway work, but nothing beyond answers: this is what a shutdown of the internet "
                         "looks like, and also a fault at the provider.",
    [NETWORK_OFFLINE] = "This line is down. Nothing can be said about any site.",
};

static void
probe_sentences(const struct status *st, int64_t now_us, struct buf *out)
{
	char text[STATUS_WORDS_SIZE];

	if (st->probe.pid < 0)
		buf_puts(out, "The daemon does not run: what follows is what was known last. ");
	else if (st->probe.paused && st->probe.paused_until_us == 0)
		buf_puts(out, "Measuring is paused until somebody resumes it. ");
	else if (st->probe.paused)
		buf_printf(out, "Measuring is paused; it resumes %s. ",
		    status_until(st->probe.paused_until_us, now_us, text));
	if (st->journal.trouble != NULL)
		buf_printf(out, "Records cannot be written (%s). ", st->journal.trouble);
	if (st->budget.skipped > 0)
		buf_puts(out, "The day's budget of bytes is spent: measurements are left out. ");
}

static void
site_sentences(const struct status *st, struct buf *out)
{
	static const struct {
		enum verdict_status status;
		const char *one, *many;
	} groups[] = {
	    {VERDICT_BLOCKED, "is blocked", "are blocked"},
	    {VERDICT_LIKELY_BLOCKED, "is likely blocked", "are likely blocked"},
	    {VERDICT_IMPAIRED, "works badly or refuses", "work badly or refuse"},
	    {VERDICT_DOWN, "is out of order by its own fault", "are out of order by their own fault"},
	    {VERDICT_INSUFFICIENT, "cannot be judged from here", "cannot be judged from here"},
	    {VERDICT_NONE, "has not been judged yet", "have not been judged yet"},
	};
	size_t counts[VERDICT_STATUS_MAX], ok, n, i;

	status_tally(st, counts);
	ok = counts[VERDICT_OK];
	if (st->ntargets == 0)
		buf_puts(out, "There are no sites to measure.");
	else if (ok == 1 && st->ntargets == 1)
		buf_puts(out, "The site is reached.");
	else if (ok == st->ntargets)
		buf_printf(out, "All %zu sites are reached.", ok);
	else
		buf_printf(out, "Of %zu site%s, %zu %s reached.", st->ntargets, st->ntargets == 1 ? "" : "s", ok,
		    ok == 1 ? "is" : "are");
	for (i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		n = counts[groups[i].status];
		if (n > 0)
			buf_printf(out, " %zu %s.", n, n == 1 ? groups[i].one : groups[i].many);
	}
}

void
status_sentences(const struct status *st, int64_t now_us, struct buf *out)
{
	probe_sentences(st, now_us, out);
	if (network_words[st->network.state] != NULL)
		buf_printf(out, "%s ", network_words[st->network.state]);
	if (st->network.local_interception)
		buf_puts(out, "Certificates are replaced on every site: an antivirus program or an employer's filter on this "
		              "side does that. ");
	site_sentences(st, out);
}
