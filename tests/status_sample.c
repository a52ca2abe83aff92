/* Made-up statuses. */
#include "tests/status_sample.h"

#include <string.h>

#include "base/mem.h"
#include "probe/status_model.h"

const int64_t status_sample_now = INT64_C(1795329600) * 1000000;

static const int64_t second = 1000000, hour = INT64_C(3600) * 1000000, day = INT64_C(86400) * 1000000;

const char *const status_hostile[STATUS_HOSTILE] = {
    "https://a.test/<script>document.title='pwned'</script>",
    "\"><img src=x onerror=\"document.title='pwned'\">",
    "' autofocus onfocus='document.title=\"pwned\"",
    "</title></style></bdi></td></table><script>document.title='pwned'</script><!--",
    "javascript:document.title='pwned'",
    "\033[31m\033]0;pwned\007\r\n# TYPE pwned gauge\npwned 1\n",
    "\302\23331m \302\205 C1 controls \177",
    "\377\376\303(\355\240\200\300\257 no UTF-8",
    "\xe2\x80\xaegnp.exe\xe2\x81\xa6 \xe2\x80\xa8",
    "&lt;script&gt;&#60;&amp",
    "\\\"} 1\npwned{x=\"",
    "{{7*7}} ${7*7} <%= 7*7 %>",
    "]]><![CDATA[ <?xml ?>",
    "<base href=//evil.test/><meta http-equiv=refresh content='0;url=//evil.test/'>",
    "%s%n%08x",
    "\t \v\f",
};

/* Which hostile text is next; a sample begins with the first. */
struct texts {
	struct arena *arena;
	bool hostile;
	size_t n;
};

/* The text, or a hostile one in its place; every 5th is very long. */
static const char *
text(struct texts *t, const char *honest)
{
	enum { LONG = 5000 };
	static const char piece[] = "<€€"; /* 7 bytes: where it is cut, it is cut within a character */
	char *p;
	size_t i;

	if (!t->hostile)
		return honest;
	t->n++;
	if (t->n % 5 != 0)
		return status_hostile[t->n % STATUS_HOSTILE];
	p = arena_alloc(t->arena, LONG * strlen(piece) + 1);
	for (i = 0; i < LONG; i++)
		memcpy(p + i * strlen(piece), piece, strlen(piece));
	return p;
}

/* As text, but a list is always called the same. */
static const char *
list_text(const struct texts *t, const char *honest)
{
	return t->hostile ? status_hostile[strcmp(honest, "global-social") == 0 ? 0 : 5] : honest;
}

static const struct {
	const char *url, *list;
	enum verdict_status usual, now;
	enum verdict_stage stage;
	enum mechanism mechanism;
	int since_h; /* for how long it has been as it is now */
	bool burst;
} sites[] = {
    {"https://www.youtube.com/", "global-social", VERDICT_OK, VERDICT_BLOCKED, STAGE_TLS, TLS_SNI_RESET, 9, true},
    {"https://www.facebook.com/", "global-social", VERDICT_OK, VERDICT_LIKELY_BLOCKED, STAGE_TLS, TLS_SNI_DROP, 9, true},
    {"https://x.com/", "global-social", VERDICT_OK, VERDICT_OK, STAGE_NONE, MECHANISM_NONE, 0, false},
    {"https://web.telegram.org/", "global-social", VERDICT_OK, VERDICT_IMPAIRED, STAGE_HTTP, THROTTLING, 30, false},
    {"https://www.bbc.com/news", "global-news", VERDICT_OK, VERDICT_OK, STAGE_NONE, MECHANISM_NONE, 0, false},
    {"https://www.rferl.org/", "global-news", VERDICT_BLOCKED, VERDICT_BLOCKED, STAGE_HTTP, HTTP_BLOCKPAGE, 400, false},
    {"https://dead.news.example/a/rather/long/path/that/wraps/on/a/phone?with=a&query=too", "global-news", VERDICT_DOWN,
        VERDICT_DOWN, STAGE_TCP, TCP_REFUSED, 400, false},
    {"https://flaky.news.example/", "global-news", VERDICT_OK, VERDICT_INSUFFICIENT, STAGE_TCP, TCP_TIMEOUT, 3, false},
    {"https://new.news.example/", "global-news", VERDICT_NONE, VERDICT_NONE, STAGE_NONE, MECHANISM_NONE, 0, false},
};
enum { SITES = sizeof(sites) / sizeof(sites[0]) };

static const struct {
	double from_days, until_days; /* ago; until 0: it lasts */
	const char *cause;
} gaps[] = {{6.2, 5.7, "powered_off"}, {3.0, 2.9, "captive_portal"}, {1.05, 1.0, "shutdown"}};
enum { GAPS = sizeof(gaps) / sizeof(gaps[0]) };

static bool
in_gap(int64_t when_us)
{
	double ago = (double)(status_sample_now - when_us) / (double)day;
	size_t i;

	for (i = 0; i < GAPS; i++)
		if (ago < gaps[i].from_days && ago > gaps[i].until_days)
			return true;
	return false;
}

static void
add_targets(struct status *st, struct texts *t)
{
	int64_t when, since;
	size_t i;

	for (i = 0; i < SITES; i++) {
		struct status_target *target = status_add_target(st, text(t, sites[i].url), list_text(t, sites[i].list));

		since = status_sample_now - sites[i].since_h * hour;
		target->status = sites[i].now;
		target->stage = sites[i].stage;
		target->mechanism = sites[i].mechanism;
		target->confidence = 0.9;
		target->burst = sites[i].burst;
		if (sites[i].now == VERDICT_NONE)
			continue;
		target->measured_us = status_sample_now - (int64_t)(i + 1) * 47 * second;
		for (when = status_sample_now - 13 * day; when <= status_sample_now; when += 900 * second)
			if (!in_gap(when))
				status_count(st, target, when, when > since ? sites[i].now : sites[i].usual, 1);
		/* A bad evening in between. */
		status_count(st, target, status_sample_now - 8 * day, VERDICT_LIKELY_BLOCKED, i < 2 ? 12 : 0);
	}
}

static void
add_anomalies(struct status *st, struct texts *t)
{
	struct status_anomaly *a = status_add_anomaly(st, text(t, "0d1e2f3a4b5c6d7e8f90a1b2c3d4e5f6"));

	a->from_us = status_sample_now - 9 * hour - 900 * second;
	a->until_us = status_sample_now - 9 * hour;
	a->mechanism = TLS_SNI_RESET;
	a->words = status_text_copy(st, text(t, "Two sites of global-social fail at TLS since the same quarter of an hour."));
	a->event_day = status_text_copy(st, text(t, "Anniversary of 22 November"));
	status_anomaly_target(st, a, text(t, sites[0].url));
	status_anomaly_target(st, a, text(t, sites[1].url));
	a = status_add_anomaly(st, text(t, "1d1e2f3a4b5c6d7e8f90a1b2c3d4e5f7"));
	a->until_us = status_sample_now - 30 * hour;
	a->mechanism = THROTTLING;
	status_anomaly_target(st, a, text(t, sites[3].url));
}

void
status_sample(struct status *st, bool hostile)
{
	struct texts t = {.arena = st->arena, .hostile = hostile};
	size_t i;

	st->taken_us = status_sample_now;
	st->probe = (struct status_probe){.pid = 4242, .started_us = status_sample_now - 10 * day,
	    .uptime_s = 10 * 86400 + 3600, .last_round_us = status_sample_now - 180 * second,
	    .next_round_us = status_sample_now + 720 * second};
	st->probe.version = status_text_copy(st, text(&t, "0.1.0"));
	st->probe.sandbox = status_text_copy(st, text(&t, "Landlock and seccomp"));
	st->probe.state_dir = status_text_copy(st, text(&t, "/var/lib/netvane"));
	st->network = (struct status_network){.state = NETWORK_DEGRADED, .ipv6 = IPV6_ABSENT};
	status_add_note(st, text(&t, "doh-blocked"));
	status_set_grid(st, status_sample_now, 14, 3600);
	add_targets(st, &t);
	add_anomalies(st, &t);
	for (i = 0; i < GAPS; i++)
		status_add_gap(st, status_sample_now - (int64_t)(gaps[i].from_days * (double)day),
		    status_sample_now - (int64_t)(gaps[i].until_days * (double)day), text(&t, gaps[i].cause));
	st->budget = (struct status_budget){.bytes_today = 31234567, .limit = 200000000, .skipped = 0};
	st->journal = (struct status_journal){.bytes = 412345678, .quota = 2000000000, .spool_lines = 12,
	    .trouble = status_text_copy(st, text(&t, "No space left on device"))};
	st->counters = (struct status_counters){960, 8640, 7, 712345678, 0};
}

void
status_sample_fresh(struct status *st)
{
	st->taken_us = status_sample_now;
	st->probe.pid = 4242;
	st->probe.uptime_s = 3;
	st->probe.version = status_text_copy(st, "0.1.0");
	status_set_grid(st, status_sample_now, 14, 3600);
}
