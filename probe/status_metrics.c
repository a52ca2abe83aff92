/* A status as metrics, in Prometheus' text exposition format 0.0.4. */
#include "probe/status_view.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "probe/status_fields.h"
#include "probe/status_model.h"

static const int64_t second = 1000000;

static void
put_head(struct buf *out, const char *name, const char *type, const char *help)
{
	buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* Milliseconds are enough for moments and last digits of a double are not: 1764300000.123. */
static void
put_seconds(struct buf *out, int64_t us)
{
	buf_printf(out, "%" PRId64 ".%03" PRId64 "\n", us / second, us % second / 1000);
}

/*
 * A label's value, without the quotation marks. It must be UTF-8, or Prometheus refuses the whole page; what is not, and
 * control characters, are written as in a URL (%0a). Different texts so stay different, as good as always.
 */
static char *
label(struct arena *arena, const char *text)
{
	struct buf buf = BUF_EMPTY;
	size_t left = text != NULL ? strlen(text) : 0, n;
	uint32_t code;
	char *value;

	for (; left > 0; text += n, left -= n) {
		n = utf8_next(text, left, &code);
		if (n == 0 || code < 0x20 || (code >= 0x7f && code < 0xa0)) {
			n = 1;
			buf_printf(&buf, "%%%02x", (unsigned char)*text);
			continue;
		}
		if (code == '"' || code == '\\')
			buf_putc(&buf, '\\');
		buf_add(&buf, text, n);
	}
	value = arena_strdup(arena, buf_str(&buf));
	buf_free(&buf);
	return value;
}

/* --- single values --------------------------------------------------------------------------- */

static bool
has_value(const struct status *st, const struct status_field *field)
{
	const void *at = status_field_of(st, field);

	return !(field->kind == STATUS_NUMBER && *(const int64_t *)at < 0) &&
	       !(field->kind == STATUS_TIME && *(const int64_t *)at <= 0);
}

static void
put_value(const struct status *st, const struct status_field *field, struct buf *out)
{
	const void *at = status_field_of(st, field);

	switch (field->kind) {
	case STATUS_NUMBER:
		buf_printf(out, "%" PRId64 "\n", *(const int64_t *)at);
		break;
	case STATUS_TIME:
		put_seconds(out, *(const int64_t *)at);
		break;
	case STATUS_FLAG:
		buf_puts(out, *(const bool *)at ? "1\n" : "0\n");
		break;
	case STATUS_TEXT:
		buf_puts(out, *(char *const *)at != NULL ? "1\n" : "0\n");
		break;
	}
}

static void
put_fields(const struct status *st, struct buf *out)
{
	const struct status_field *field;
	size_t i;

	for (i = 0; (field = status_field(i)) != NULL; i++) {
		if (field->metric == NULL || !has_value(st, field))
			continue;
		put_head(out, field->metric, field->counter ? "counter" : "gauge", field->help);
		buf_printf(out, "%s ", field->metric);
		put_value(st, field, out);
	}
}

/* --- targets --------------------------------------------------------------------------------- */

struct series {
	const struct status_target *target;
	char *labels; /* url="...",list="..." */
};

static int
series_compare(const void *a, const void *b)
{
	return strcmp(((const struct series *)a)->labels, ((const struct series *)b)->labels);
}

/* One for each target, sorted, each set of labels once: a repeated one would spoil the whole page. */
static struct series *
all_series(const struct status *st, struct arena *arena, size_t *n)
{
	struct series *all = arena_alloc(arena, st->ntargets * sizeof(*all));
	size_t i;

	for (i = 0; i < st->ntargets; i++) {
		all[i].target = &st->targets[i];
		all[i].labels = arena_printf(arena, "url=\"%s\",list=\"%s\"", label(arena, st->targets[i].url),
		    label(arena, st->targets[i].list));
	}
	*n = 0;
	if (st->ntargets > 0)
		qsort(all, st->ntargets, sizeof(*all), series_compare);
	for (i = 0; i < st->ntargets; i++)
		if (*n == 0 || strcmp(all[*n - 1].labels, all[i].labels) != 0)
			all[(*n)++] = all[i];
	return all;
}

/* 1 and 0; -1: it cannot be told, which is neither. */
static int
reachable(enum verdict_status status)
{
	static const int known[VERDICT_STATUS_MAX] = {
	    [VERDICT_NONE] = -1,
	    [VERDICT_OK] = 1,
	    [VERDICT_BLOCKED] = 0,
	    [VERDICT_LIKELY_BLOCKED] = 0,
	    [VERDICT_IMPAIRED] = 1,
	    [VERDICT_DOWN] = 0,
	    [VERDICT_INSUFFICIENT] = -1,
	};

	return known[status];
}

static void
put_reachable(const struct series *all, size_t n, struct buf *out)
{
	size_t i;

	put_head(out, "netvane_target_reachable", "gauge",
	    "1 where the last verdict is ok or impaired, 0 where it is blocked, likely_blocked or down; none where it cannot be "
	    "told.");
	for (i = 0; i < n; i++)
		if (reachable(all[i].target->status) >= 0)
			buf_printf(out, "netvane_target_reachable{%s} %d\n", all[i].labels,
			    reachable(all[i].target->status));
}

static void
put_status(const struct series *all, size_t n, struct buf *out)
{
	enum verdict_status s;
	size_t i;

	put_head(out, "netvane_target_status", "gauge", "1 for the status that the last verdict has, 0 for the others.");
	for (i = 0; i < n; i++)
		for (s = VERDICT_OK; s < VERDICT_STATUS_MAX; s++)
			buf_printf(out, "netvane_target_status{%s,status=\"%s\"} %d\n", all[i].labels,
			    verdict_status_name(s), all[i].target->status == s);
}

static void
put_targets(const struct status *st, struct arena *arena, struct buf *out)
{
	struct series *all;
	size_t n, i;

	all = all_series(st, arena, &n);
	put_head(out, "netvane_targets", "gauge", "Targets that are measured.");
	buf_printf(out, "netvane_targets %zu\n", st->ntargets);
	if (n == 0)
		return;
	put_reachable(all, n, out);
	put_status(all, n, out);
	put_head(out, "netvane_target_last_measurement_timestamp_seconds", "gauge",
	    "When the last verdict was measured, in Unix time.");
	for (i = 0; i < n; i++)
		if (all[i].target->measured_us > 0) {
			buf_printf(out, "netvane_target_last_measurement_timestamp_seconds{%s} ", all[i].labels);
			put_seconds(out, all[i].target->measured_us);
		}
	put_head(out, "netvane_target_burst", "gauge", "1 while the target is measured more often than its list says.");
	for (i = 0; i < n; i++)
		buf_printf(out, "netvane_target_burst{%s} %d\n", all[i].labels, all[i].target->burst);
}

/* --- the line, anomalies, gaps --------------------------------------------------------------- */

static void
put_states(const struct status *st, struct buf *out)
{
	enum network_state state;
	enum ipv6_state ipv6;

	put_head(out, "netvane_network_state", "gauge", "1 for the state of the network in the last round, 0 for the others.");
	for (state = NETWORK_UNKNOWN; state < NETWORK_STATE_MAX; state++)
		buf_printf(out, "netvane_network_state{state=\"%s\"} %d\n", network_state_name(state), st->network.state == state);
	put_head(out, "netvane_ipv6_state", "gauge", "1 for the state of IPv6 in the last round, 0 for the others.");
	for (ipv6 = IPV6_UNKNOWN; ipv6 < IPV6_STATE_MAX; ipv6++)
		buf_printf(out, "netvane_ipv6_state{state=\"%s\"} %d\n", ipv6_state_name(ipv6), st->network.ipv6 == ipv6);
}

struct cause {
	char *label;
	int64_t seconds;
};

static int
cause_compare(const void *a, const void *b)
{
	return strcmp(((const struct cause *)a)->label, ((const struct cause *)b)->label);
}

/* The gaps' seconds in the time that the grid shows, by cause. */
static void
put_gaps(const struct status *st, int64_t now_us, struct arena *arena, struct buf *out)
{
	struct cause *causes = arena_alloc(arena, st->ngaps * sizeof(*causes));
	int64_t seconds;
	size_t n = st->ngaps, i;

	if (st->grid.n == 0 || now_us <= st->grid.from_us)
		return;
	put_head(out, "netvane_window_seconds", "gauge", "The time that netvane_gap_seconds looks back.");
	buf_printf(out, "netvane_window_seconds %" PRId64 "\n", (now_us - st->grid.from_us) / second);
	for (i = 0; i < n; i++) {
		causes[i].label = label(arena, st->gaps[i].cause);
		causes[i].seconds = status_gap_seconds(&st->gaps[i], st->grid.from_us, now_us);
	}
	if (n == 0)
		return;
	qsort(causes, n, sizeof(*causes), cause_compare);
	put_head(out, "netvane_gap_seconds", "gauge", "Time without measurements, by its cause.");
	for (i = 0; i < n;) {
		const char *cause = causes[i].label;

		for (seconds = 0; i < n && strcmp(causes[i].label, cause) == 0; i++)
			seconds += causes[i].seconds;
		buf_printf(out, "netvane_gap_seconds{cause=\"%s\"} %" PRId64 "\n", cause, seconds);
	}
}

void
status_metrics(const struct status *st, int64_t now_us, struct buf *out)
{
	struct arena *arena = arena_new();

	put_head(out, "netvane_build_info", "gauge", "Always 1; the version is in the label.");
	buf_printf(out, "netvane_build_info{version=\"%s\"} 1\n", label(arena, st->probe.version));
	put_head(out, "netvane_running", "gauge", "1 while the daemon runs.");
	buf_printf(out, "netvane_running %d\n", st->probe.pid >= 0);
	put_fields(st, out);
	put_states(st, out);
	put_targets(st, arena, out);
	put_head(out, "netvane_open_anomalies", "gauge", "Anomalies that are open.");
	buf_printf(out, "netvane_open_anomalies %zu\n", st->nanomalies);
	put_gaps(st, now_us, arena, out);
	arena_free(arena);
}
