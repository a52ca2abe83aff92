/* What the probes told of. */
#include "analysis/report_told.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/names.h"
#include "analysis/report_model.h"
#include "base/buf.h"
#include "base/mem.h"
#include "results/measurement.h"

struct report_told {
	struct report *r;
	struct names *gaps, *noticed, *certificates; /* what each is known by; the number is its index */
	int64_t dropped; /* records given up to the quota */
};

struct report_told *
report_told_new(struct report *report)
{
	struct report_told *t = xcalloc(1, sizeof(*t));

	*t = (struct report_told){report, names_new(), names_new(), names_new(), 0};
	return t;
}

void
report_told_free(struct report_told *t)
{
	if (t == NULL)
		return;
	names_free(t->gaps);
	names_free(t->noticed);
	names_free(t->certificates);
	free(t);
}

/* ---- Gaps and anomalies --------------------------------------------------------------------- */

static const char *
network_name(struct report *r, const struct measurement *m)
{
	return arena_strdup(r->arena, m->probe_asn);
}

/* A gap has a record while it lasts, and one at its end: the later tells all. */
static void
add_gap(struct report_told *t, const struct measurement *m)
{
	const struct event_gap *from = m->event->gap;
	struct report *r = t->r;
	struct report_gap *gap;
	uint32_t i;

	if (from == NULL || from->cause == GAP_CLOCK_STEP)
		return;
	i = names_add(t->gaps, from->id != NULL ? from->id : m->id != NULL ? m->id : "");
	if (i == r->ngaps) {
		gap = ARENA_PUSH(r->arena, r->gaps, r->ngaps);
		*gap = (struct report_gap){.id = arena_strdup(r->arena, from->id), .network = network_name(r, m)};
	}
	gap = &r->gaps[i];
	if (gap->until_us != 0)
		return;
	gap->cause = from->cause;
	gap->from_us = from->from_us;
	gap->until_us = from->until_us;
}

static void
set_evidence(struct report *r, struct report_episode *episode, const struct event_info *e)
{
	const char **id;
	size_t i;

	if (episode->nevidence > 0)
		return;
	for (i = 0; i < e->nevidence; i++) {
		id = ARENA_PUSH(r->arena, episode->evidence, episode->nevidence);
		*id = arena_strdup(r->arena, e->evidence[i]);
	}
}

static void
add_noticed(struct report_told *t, const struct measurement *m, const struct event_target *target)
{
	const struct event_info *e = m->event;
	struct report *r = t->r;
	struct report_episode *episode;
	struct buf key = BUF_EMPTY;
	uint32_t i;

	buf_printf(&key, "%s %s", e->anomaly->id != NULL ? e->anomaly->id : "", target->url != NULL ? target->url : "");
	i = names_add(t->noticed, buf_str(&key));
	buf_free(&key);
	if (i == r->nnoticed) {
		episode = ARENA_PUSH(r->arena, r->noticed, r->nnoticed);
		*episode = (struct report_episode){.kind = "anomaly", .site = arena_strdup(r->arena, target->url),
		    .network = network_name(r, m), .bad = -1, .measured = -1, .confidence = NAN};
	}
	episode = &r->noticed[i];
	if (e->kind == EVENT_ANOMALY_RECOVERY) {
		episode->recovery = target->when;
		return;
	}
	if (e->kind == EVENT_ANOMALY_ONSET)
		episode->onset = target->when;
	episode->status = e->anomaly->after.status;
	episode->mechanism = e->anomaly->after.mechanism;
	episode->confidence = e->anomaly->after.confidence;
	set_evidence(r, episode, e);
}

/* ---- Certificates --------------------------------------------------------------------------- */

static struct report_certificate *
certificate_of(struct report_told *t, const char *url, const struct measurement *m)
{
	struct report *r = t->r;
	struct report_certificate *c;
	struct buf key = BUF_EMPTY;
	uint32_t i;

	buf_printf(&key, "%s %s", m->probe_asn != NULL ? m->probe_asn : "", url);
	i = names_add(t->certificates, buf_str(&key));
	buf_free(&key);
	if (i == r->ncertificates) {
		c = ARENA_PUSH(r->arena, r->certificates, r->ncertificates);
		c->site = arena_strdup(r->arena, url);
		c->network = network_name(r, m);
	}
	return &r->certificates[i];
}

static void
extend(struct report_certificate *c, int64_t us)
{
	if (c->first_us == 0 || us < c->first_us)
		c->first_us = us;
	if (us > c->last_us)
		c->last_us = us;
}

void
report_told_certificate(struct report_told *t, const char *url, const struct measurement *m, const struct verdict *verdict)
{
	struct report_certificate *c;
	bool key = false, issuer = false;
	size_t i;

	for (i = 0; i < verdict->nevidence; i++) {
		key = key || strcmp(verdict->evidence[i], "certificate_new_key") == 0;
		issuer = issuer || strcmp(verdict->evidence[i], "certificate_new_issuer") == 0;
	}
	if (!key && !issuer)
		return;
	c = certificate_of(t, url, m);
	c->new_keys += key ? 1 : 0;
	c->new_issuers += issuer ? 1 : 0;
	extend(c, m->start_us);
}

static void
add_change(struct report_told *t, const struct measurement *m, const struct event_target *target)
{
	const struct event_certificate *to = m->event->certificate;
	struct report_certificate *c;

	if (target->url == NULL)
		return;
	c = certificate_of(t, target->url, m);
	c->changes++;
	extend(c, target->when.not_after_us != 0 ? target->when.not_after_us : m->start_us);
	if (c->changes > 1 && target->when.not_after_us <= c->change.not_after_us)
		return;
	c->change = target->when;
	c->key = to != NULL ? arena_strdup(t->r->arena, to->key) : NULL;
}

/* ---- All ------------------------------------------------------------------------------------ */

void
report_told_event(struct report_told *t, const struct measurement *m)
{
	const struct event_info *e = m->event;
	size_t i;

	if (e == NULL)
		return;
	switch (e->kind) {
	case EVENT_GAP:
		add_gap(t, m);
		break;
	case EVENT_ANOMALY_ONSET:
	case EVENT_ANOMALY_CHANGE:
	case EVENT_ANOMALY_RECOVERY:
		for (i = 0; e->anomaly != NULL && i < e->ntargets; i++)
			add_noticed(t, m, &e->targets[i]);
		break;
	case EVENT_CERTIFICATE_CHANGE:
		for (i = 0; i < e->ntargets; i++)
			add_change(t, m, &e->targets[i]);
		break;
	case EVENT_QUOTA_DROP:
		t->dropped += e->drop != NULL && e->drop->records > 0 ? e->drop->records : 0;
		break;
	default:
		break;
	}
}

static int
by_text(const char *a, const char *b)
{
	if ((a == NULL) != (b == NULL))
		return a == NULL ? 1 : -1;
	return a != NULL ? strcmp(a, b) : 0;
}

static int
by_onset(const void *a, const void *b)
{
	const struct report_episode *x = a, *y = b;

	if (x->onset.not_after_us != y->onset.not_after_us)
		return x->onset.not_after_us < y->onset.not_after_us ? -1 : 1;
	return by_text(x->site, y->site);
}

static int
by_begin(const void *a, const void *b)
{
	const struct report_gap *x = a, *y = b;

	return x->from_us < y->from_us ? -1 : x->from_us > y->from_us;
}

static int
by_site(const void *a, const void *b)
{
	const struct report_certificate *x = a, *y = b;
	int order = strcmp(x->site, y->site);

	return order != 0 ? order : by_text(x->network, y->network);
}

static void
sort(void *items, size_t n, size_t size, int (*order)(const void *, const void *))
{
	if (n > 0)
		qsort(items, n, size, order);
}

void
report_told_end(struct report_told *t)
{
	struct report *r = t->r;

	sort(r->noticed, r->nnoticed, sizeof(*r->noticed), by_onset);
	sort(r->gaps, r->ngaps, sizeof(*r->gaps), by_begin);
	sort(r->certificates, r->ncertificates, sizeof(*r->certificates), by_site);
	if (t->dropped > 0)
		report_fact(r, "Records given up for want of room", "%lld", (long long)t->dropped);
}
