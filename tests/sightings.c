/* Measurements to feed the detector of anomalies with; see sightings.h. */
#include "tests/sightings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"

static const struct letter {
	char letter;
	enum network_state state;
	struct event_view view;
} letters_known[] = {
    {'.', NETWORK_ONLINE, {VERDICT_OK, STAGE_NONE, MECHANISM_NONE, 1.0}},
    {'t', NETWORK_ONLINE, {VERDICT_BLOCKED, STAGE_TLS, TLS_SNI_RESET, 0.95}},
    {'T', NETWORK_ONLINE, {VERDICT_BLOCKED, STAGE_TLS, TLS_SNI_DROP, 0.9}},
    {'d', NETWORK_DEGRADED, {VERDICT_BLOCKED, STAGE_DNS, DNS_BOGON, 0.97}},
    {'l', NETWORK_ONLINE, {VERDICT_LIKELY_BLOCKED, STAGE_TLS, TLS_SNI_RESET, 0.7}},
    {'i', NETWORK_ONLINE, {VERDICT_IMPAIRED, STAGE_HTTP, THROTTLING, 0.8}},
    {'r', NETWORK_ONLINE, {VERDICT_IMPAIRED, STAGE_HTTP, HTTP_SERVER_REFUSAL, 0.9}},
    {'D', NETWORK_ONLINE, {VERDICT_DOWN, STAGE_TCP, TCP_REFUSED, 0.6}},
    {'?', NETWORK_ONLINE, {VERDICT_INSUFFICIENT, STAGE_TCP, TCP_TIMEOUT, 0.5}},
    {'o', NETWORK_OFFLINE, {VERDICT_INSUFFICIENT, STAGE_DNS, DNS_TIMEOUT, 1.0}},
    {'s', NETWORK_SHUTDOWN, {VERDICT_BLOCKED, STAGE_TLS, TLS_SNI_RESET, 0.95}},
};

struct sighting
sighting(const char *url, char outcome, int64_t start_us)
{
	size_t i = 0;

	while (i < sizeof(letters_known) / sizeof(letters_known[0]) && letters_known[i].letter != outcome)
		i++;
	assert_true(i < sizeof(letters_known) / sizeof(letters_known[0]));
	return (struct sighting){
	    .network = "AS9198",
	    .url = url,
	    .group = "kz-news",
	    .start_us = start_us,
	    .end_us = start_us + 5 * SECOND,
	    .mono_ns = (start_us - MIDNIGHT) * 1000 + INT64_C(3600000000000),
	    .state = letters_known[i].state,
	    .verdict = letters_known[i].view,
	};
}

void
in_round(struct sighting *s, int round)
{
	static char texts[128][33];
	static unsigned next;
	char *record = texts[next++ % 128], *id = texts[next++ % 128];
	const char *end = s->url + strlen(s->url);

	snprintf(record, 33, "%.12s %lld", strlen(s->url) > 12 ? end - 12 : s->url,
	    (long long)((s->start_us - MIDNIGHT) / SECOND));
	snprintf(id, 33, "round %d", round);
	s->record = record;
	s->round = id;
}

/* --- what was told --------------------------------------------------------------------------- */

static struct event_info
copy_info(struct arena *arena, const struct event_info *info)
{
	struct event_info copy = *info;
	size_t i;

	if (info->ntargets > 0)
		copy.targets = arena_memdup(arena, info->targets, info->ntargets * sizeof(*info->targets));
	for (i = 0; i < info->ntargets; i++)
		copy.targets[i].url = arena_strdup(arena, info->targets[i].url);
	if (info->nevidence > 0)
		copy.evidence = arena_memdup(arena, info->evidence, info->nevidence * sizeof(char *));
	for (i = 0; i < info->nevidence; i++)
		copy.evidence[i] = arena_strdup(arena, info->evidence[i]);
	if (info->anomaly != NULL) {
		copy.anomaly = arena_memdup(arena, info->anomaly, sizeof(*info->anomaly));
		copy.anomaly->id = arena_strdup(arena, info->anomaly->id);
	}
	if (info->certificate != NULL) {
		copy.certificate = arena_memdup(arena, info->certificate, sizeof(*info->certificate));
		copy.certificate->key = arena_strdup(arena, info->certificate->key);
		copy.certificate->issuer = arena_strdup(arena, info->certificate->issuer);
	}
	if (info->gap != NULL) {
		copy.gap = arena_memdup(arena, info->gap, sizeof(*info->gap));
		copy.gap->id = arena_strdup(arena, info->gap->id);
	}
	return copy;
}

void
keep_told(const struct occurrence *o, void *arg)
{
	struct told *told = arg;
	struct told_event *e;

	if (told->arena == NULL)
		told->arena = arena_new();
	e = ARENA_PUSH(told->arena, told->events, told->n);
	snprintf(e->id, sizeof(e->id), "%s", o->id);
	snprintf(e->round, sizeof(e->round), "%s", o->round != NULL ? o->round : "");
	e->time_us = o->time_us;
	e->info = copy_info(told->arena, o->info);
}

void
told_clear(struct told *told)
{
	arena_free(told->arena);
	*told = (struct told){0};
}

const char *
told_text(struct told *told)
{
	static const char *const words[EVENT_KIND_MAX] = {
	    [EVENT_ANOMALY_ONSET] = "onset",
	    [EVENT_ANOMALY_CHANGE] = "change",
	    [EVENT_ANOMALY_RECOVERY] = "recovery",
	    [EVENT_CERTIFICATE_CHANGE] = "certificate",
	    [EVENT_GAP] = "gap",
	};
	const char *text = "";
	size_t i, k;

	for (i = 0; i < told->n; i++) {
		const struct event_info *info = &told->events[i].info;

		text = arena_printf(told->arena, "%s%s%s%s(", text, i > 0 ? " " : "",
		    info->anomaly != NULL && info->anomaly->intermittent ? "flapping " : "", words[info->kind]);
		for (k = 0; k < info->ntargets; k++)
			text = arena_printf(told->arena, "%s%s%s", text, k > 0 ? " " : "", info->targets[k].url);
		text = arena_printf(told->arena, "%s)", text);
	}
	return text;
}

/* --- feeding --------------------------------------------------------------------------------- */

void
feed_table(struct anomalies *a, const char *const *urls, const char *const *letters, size_t n, struct told *told)
{
	size_t rounds = 0, i, k;
	struct sighting s;

	for (i = 0; i < n; i++)
		rounds = strlen(letters[i]) > rounds ? strlen(letters[i]) : rounds;
	for (k = 0; k < rounds; k++) {
		for (i = 0; i < n; i++) {
			if (k >= strlen(letters[i]) || letters[i][k] == ' ')
				continue;
			s = sighting(urls[i], letters[i][k],
			    MIDNIGHT + (int64_t)k * 15 * MINUTE + (int64_t)i * 10 * SECOND);
			in_round(&s, (int)k);
			anomalies_feed(a, &s, keep_told, told);
		}
		anomalies_settle(a, keep_told, told);
	}
}

void
feed_letters(struct anomalies *a, const char *url, const char *letters, struct told *told)
{
	feed_table(a, &url, &letters, 1, told);
}

/* --- the state ------------------------------------------------------------------------------- */

struct items {
	char **lines;
	size_t n;
};

static void
keep_item(const char *key, const char *text, void *arg)
{
	struct items *items = arg;

	if (text == NULL)
		return;
	items->lines = xreallocarray(items->lines, items->n + 1, sizeof(char *));
	items->lines[items->n++] = xasprintf("%s\t%s\n", key, text);
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

char *
state_text(struct anomalies *a)
{
	struct items items = {NULL, 0};
	struct buf buf = BUF_EMPTY;
	size_t i;

	anomalies_save(a, true, keep_item, &items);
	qsort(items.lines, items.n, sizeof(char *), by_text);
	for (i = 0; i < items.n; i++) {
		buf_puts(&buf, items.lines[i]);
		free(items.lines[i]);
	}
	free(items.lines);
	return buf_steal(&buf);
}

struct anomalies *
state_of_text(const char *text, const struct anomaly_rules *rules)
{
	struct anomalies *a = anomalies_new(rules);
	const char *tab, *end;

	for (; (tab = strchr(text, '\t')) != NULL; text = end + 1) {
		end = strchr(tab, '\n');
		assert_non_null(end);
		assert_int_equal(anomalies_restore(a, tab + 1, (size_t)(end - tab - 1)), 0);
	}
	anomalies_restored(a);
	return a;
}
