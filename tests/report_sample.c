/* Models of reports for tests. */
#include "tests/report_sample.h"

#include <math.h>
#include <stdio.h>

#include "base/mem.h"
#include "targets/day.h"

const char report_sample_attack[] =
    "\"'><script>document.title='ran'</script><base href=//evil.test/><img src=//evil.test/x>"
    "</style></table></td><!-- ]]> &amp; &#0; \x01\x1b[31m \xff\xfe \xe2\x80\xae %s%n";

enum { DAYS = 41 };
static const struct date first_date = {2026, 1, 1};
static const int64_t hour_us = INT64_C(3600000000), day_us = INT64_C(86400000000);

/* One model on its way. */
struct sample {
	struct report *r;
	bool hostile;
};

static const char *
text(const struct sample *s, const char *honest)
{
	return s->hostile ? arena_printf(s->r->arena, "%s%s", report_sample_attack, honest) : honest;
}

static int64_t
at(const struct sample *s, int day, int hour)
{
	return (s->r->first_day + day) * day_us + hour * hour_us;
}

static void
add_cell(const struct sample *s, struct report_site *site, int32_t day, enum verdict_status status, enum mechanism mechanism, uint32_t n)
{
	struct report_cell *cell = site->ncells > 0 ? &site->cells[site->ncells - 1] : NULL;
	uint32_t i;

	if (cell == NULL || cell->day != day)
		cell = ARENA_PUSH(s->r->arena, site->cells, site->ncells);
	cell->day = day;
	cell->counts[status] += n;
	for (i = 0; i < n; i++)
		outcome_day_add(&cell->of, outcome_says(status, mechanism), outcome_is_artefact(status, mechanism, 0.9));
}

/* Reached all the time, but for one status from one day to another. */
static struct report_site *
add_site(const struct sample *s, const char *list, const char *url, enum verdict_status status, enum mechanism mechanism, int from, int until)
{
	struct report_site *site = ARENA_PUSH(s->r->arena, s->r->sites, s->r->nsites);
	int day;
	bool odd;

	site->url = text(s, url);
	site->host = site->url;
	site->list = text(s, list);
	/* Nothing was measured on the 5th and the 6th. */
	for (day = 0; day < DAYS; day++) {
		odd = day >= from && day < until;
		if (day != 4 && day != 5)
			add_cell(s, site, s->r->first_day + day, odd ? status : VERDICT_OK, odd ? mechanism : MECHANISM_NONE, 4);
	}
	if (outcome_says(status, mechanism) == SAYS_BAD)
		site->mechanisms[mechanism] = (uint32_t)(until - from) * 4;
	return site;
}

static void
add_sites(const struct sample *s)
{
	struct report_site *site;

	add_site(s, "news", "https://quiet.example/", VERDICT_OK, MECHANISM_NONE, 0, 0);
	site = add_site(s, "news", "https://news.example/", VERDICT_BLOCKED, TLS_SNI_RESET, 9, 20);
	/* For some hours. */
	add_cell(s, site, s->r->first_day + DAYS - 1, VERDICT_BLOCKED, TLS_SNI_RESET, 2);
	add_site(s, "social", "https://social.example/", VERDICT_LIKELY_BLOCKED, DNS_BOGON, 30, 41);
	add_site(s, "social", "http://refuses.example/path", VERDICT_IMPAIRED, HTTP_SERVER_REFUSAL, 15, 17);
	add_site(s, "social", "https://slow.example/", VERDICT_IMPAIRED, THROTTLING, 22, 25);
	add_site(s, "social", "https://gone.example/", VERDICT_DOWN, MECHANISM_NONE, 15, 41);
	add_site(s, "social", "https://odd.example/", VERDICT_INSUFFICIENT, MECHANISM_NONE, 15, 17);
}

static void
add_networks(const struct sample *s)
{
	struct report_network *network = ARENA_PUSH(s->r->arena, s->r->networks, s->r->nnetworks);
	struct report_network_day *day;
	int i;

	*network = (struct report_network){.asn = text(s, "AS64500"), .cc = text(s, "KZ"), .name = text(s, "Example Telecom"),
	    .first_us = at(s, 0, 1), .last_us = at(s, 40, 23), .measurements = 936, .rounds = 164, .rounds_not_online = 8};
	for (i = 0; i < DAYS; i++) {
		day = ARENA_PUSH(s->r->arena, network->days, network->ndays);
		day->day = s->r->first_day + i;
		day->measurements = i == 4 || i == 5 ? 0 : 24;
		day->states[i == 4 || i == 5 ? NETWORK_SHUTDOWN : NETWORK_ONLINE] = 4;
	}
}

static void
add_event(const struct sample *s, int first, int last, bool marked, const char *title)
{
	struct report_event *event = ARENA_PUSH(s->r->arena, s->r->events, s->r->nevents);

	*event = (struct report_event){.first = s->r->first_day + first, .last = s->r->first_day + last, .marked = marked,
	    .precision = marked ? "day" : "month", .type = text(s, "protest"), .place = text(s, "Almaty"), .title = text(s, title),
	    .source = text(s, "a newspaper"), .calendar = text(s, "kz")};
}

static void
add_gap(const struct sample *s, enum gap_cause cause, int64_t from, int64_t until)
{
	struct report_gap *gap = ARENA_PUSH(s->r->arena, s->r->gaps, s->r->ngaps);

	*gap = (struct report_gap){text(s, "g"), text(s, "AS64500"), cause, from, until};
}

static struct report_episode
episode(const struct sample *s, const char *site, enum mechanism mechanism, int from, int until)
{
	const char **ids = arena_alloc(s->r->arena, 2 * sizeof(*ids));

	ids[0] = text(s, "0123456789abcdef0123456789abcdef");
	ids[1] = text(s, "fedcba9876543210fedcba9876543210");
	return (struct report_episode){.kind = site != NULL ? "blocking" : "shutdown", .site = site != NULL ? text(s, site) : NULL,
	    .network = text(s, "AS64500"), .status = VERDICT_BLOCKED, .mechanism = mechanism,
	    .onset = {from > 0 ? at(s, from - 1, 22) : 0, at(s, from, 4)},
	    .recovery = {at(s, until - 1, 22), until < DAYS ? at(s, until, 4) : 0}, .bad = 40, .measured = 44, .confidence = 0.95,
	    .evidence = ids, .nevidence = 2, .joined = 1};
}

static void
add_episodes(const struct sample *s)
{
	struct report *r = s->r;

	r->has_episodes = true;
	*ARENA_PUSH(r->arena, r->episodes, r->nepisodes) = episode(s, NULL, MECHANISM_NONE, 4, 6);
	*ARENA_PUSH(r->arena, r->episodes, r->nepisodes) = episode(s, "https://news.example/", TLS_SNI_RESET, 9, 20);
	*ARENA_PUSH(r->arena, r->episodes, r->nepisodes) = episode(s, "https://social.example/", DNS_BOGON, 30, DAYS);
	*ARENA_PUSH(r->arena, r->noticed, r->nnoticed) = episode(s, "https://news.example/", TLS_SNI_RESET, 9, 20);
	r->noticed[0].kind = "anomaly";
	r->noticed[0].measured = -1;
}

static void
add_interception(const struct sample *s, bool honest, bool local, const char *issuer)
{
	struct report *r = s->r;
	struct report_interception *x = ARENA_PUSH(r->arena, r->interception, r->ninterception);
	const char **names = arena_alloc(r->arena, 4 * sizeof(*names));

	names[0] = text(s, "https://news.example/");
	names[1] = text(s, local ? "https://gone.example/" : "https://quiet.example/");
	names[2] = text(s, "AS64500");
	names[3] = text(s, "no SCTs");
	r->has_interception = true;
	*x = (struct report_interception){.honest = honest, .local = local, .issuer = text(s, issuer), .key = text(s, "ab12cd34"),
	    .known = honest ? NULL : text(s, "Qaznet"), .pem = text(s, "ab12cd34.pem"), .first_us = at(s, 12, 3), .last_us = at(s, 13, 4),
	    .seen = 17, .leaves = 4, .valid_days_least = 90, .valid_days_most = 91, .habits = names + 3, .nhabits = 1, .sites = names, .networks = names + 2, .nsites = 2,
	    .nnetworks = 1, .expected = text(s, "Let's Encrypt")};
}

static void
add_certificates(const struct sample *s)
{
	struct report *r = s->r;

	*ARENA_PUSH(r->arena, r->certificates, r->ncertificates) = (struct report_certificate){.site = text(s, "https://quiet.example/"),
	    .network = text(s, "AS64500"), .first_us = at(s, 3, 1), .last_us = at(s, 30, 2), .new_keys = 3, .new_issuers = 2, .changes = 1,
	    .change = {at(s, 29, 22), at(s, 30, 2)}, .key = text(s, "cd34ef56")};
}

static void
add_correlation(const struct sample *s)
{
	struct report *r = s->r;
	struct report_correlation *c = arena_alloc(r->arena, sizeof(*c));
	const char **notes = arena_alloc(r->arena, sizeof(*notes));
	int lag;

	notes[0] = text(s, "never blocked");
	r->correlation = c;
	c->verdict = text(s, "Blocking follows the protests: 2 of 3 sites.");
	c->method = text(s, "9999 circular shifts, seed 1.");
	*ARENA_PUSH(r->arena, c->caveats, c->ncaveats) = text(s, "Only 7 event days were measured.");
	*ARENA_PUSH(r->arena, c->rows, c->nrows) = (struct report_correlation_row){NULL, NULL, 39, 11, 7, 6, 7, 5, 32, 32.4, 3.2, 410,
	    0.0012, NAN, NULL, 0};
	*ARENA_PUSH(r->arena, c->rows, c->nrows) = (struct report_correlation_row){text(s, "https://quiet.example/"), text(s, "AS64500"), 39,
	    0, 7, 0, 7, 0, 32, NAN, NAN, INFINITY, NAN, NAN, notes, 1};
	for (lag = -7; lag <= 7; lag++)
		*ARENA_PUSH(r->arena, c->epoch, c->nepoch) = (struct report_lag){lag, 7, lag >= 0 && lag < 3 ? 0.8 : 0.1, 0.02, 0.1, 0.3};
}

struct report *
report_sample(bool hostile)
{
	struct sample sample = {report_new(), hostile};
	const struct sample *s = &sample;
	struct report *r = sample.r;

	r->first_day = day_of(first_date);
	r->last_day = r->first_day + DAYS - 1;
	add_sites(s);
	add_networks(s);
	r->has_events = true;
	add_event(s, 9, 9, true, "Demonstration");
	add_event(s, 33, 35, true, "Three days of protest");
	add_event(s, 0, 30, false, "A month of unrest");
	add_gap(s, GAP_SHUTDOWN, at(s, 4, 0), at(s, 6, 1));
	add_gap(s, GAP_SUSPENDED, at(s, 20, 4), at(s, 20, 9));
	add_gap(s, GAP_NONE, at(s, 40, 20), 0);
	add_episodes(s);
	add_interception(s, false, false, "Qaznet Trust Network");
	add_interception(s, false, true, "A Virus Scanner");
	add_interception(s, true, false, "Another Honest Authority");
	add_certificates(s);
	add_correlation(s);
	r->zone = text(s, "Asia/Almaty");
	r->version = text(s, "netvane-analyze 0.1.0");
	r->has_seed = true;
	r->seed = 1;
	report_fact(r, text(s, "Records read"), "%s", text(s, "1100"));
	report_settle(r);
	return r;
}

struct report *
report_sample_empty(void)
{
	struct report *r = report_new();

	r->zone = "UTC";
	r->version = "netvane-analyze 0.1.0";
	report_settle(r);
	return r;
}

struct report *
report_sample_large(size_t sites, int32_t days, bool worst)
{
	struct sample sample = {report_new(), false};
	struct report *r = sample.r;
	struct report_site *site;
	int32_t day;
	size_t i;

	r->first_day = day_of(first_date);
	r->last_day = r->first_day + days - 1;
	for (i = 0; i < sites; i++) {
		site = ARENA_PUSH(r->arena, r->sites, r->nsites);
		site->url = site->host = arena_printf(r->arena, "https://www.a-site-with-number-%zu.example/", i);
		site->list = i % 2 == 0 ? "news" : "social";
		for (day = 0; day < days; day++)
			if (worst || (day + (int32_t)i) % 11 != 0)
				add_cell(&sample, site, r->first_day + day,
				    worst || (day * 7 + (int32_t)i * 13) % 50 == 0 ? VERDICT_BLOCKED : VERDICT_OK, MECHANISM_NONE, 96);
	}
	r->has_episodes = true;
	for (i = 0; i < 200; i++)
		*ARENA_PUSH(r->arena, r->episodes, r->nepisodes) =
		    episode(&sample, "https://www.a-site.example/", TLS_SNI_RESET, (int)i % 39 + 1, (int)i % 39 + 2);
	r->zone = "UTC";
	r->version = "netvane-analyze 0.1.0";
	report_settle(r);
	return r;
}
