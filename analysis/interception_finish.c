/* Puts what was gathered in order: groups of forgeries, and sites that changed. */
#include "analysis/interception.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/interception_gather.h"
#include "analysis/names.h"
#include "base/mem.h"

static int
compare_text(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return (a != NULL) - (b != NULL);
	return strcmp(a, b);
}

static int
compare_times(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static void
widen(struct extent *extent, double least, double most)
{
	extent->least = fmin(extent->least, least); /* which passes over NAN */
	extent->most = fmax(extent->most, most);
}

/* ---- Groups ---------------------------------------------------------------------------------- */

/* While they are made: the group's targets by number, and its leaves. */
struct making {
	struct interception *in;
	struct names *groups, *members, *leaves, *keys;
};

static struct forged_group *
group_of(struct making *making, const struct shown_cert *s)
{
	struct interception_report *report = &making->in->report;
	const struct cert *cert = making->in->certs[s->cert];
	struct forged_group *group;
	char key[160];
	uint32_t i;

	snprintf(key, sizeof(key), "%d %s %s", s->local, cert->facts.issuer_name_sha256, cert->issuer_key);
	i = names_add(making->groups, key);
	if (i < report->ngroups)
		return &report->groups[i];
	group = ARENA_PUSH(making->in->arena, report->groups, report->ngroups);
	*group = (struct forged_group){
	    .issuer = cert->facts.issuer,
	    .issuer_key = cert->issuer_key,
	    .local = s->local,
	    .first_us = INT64_MAX,
	    .days = {NAN, NAN},
	    .age_h = {NAN, NAN},
	    .shift_h = {NAN, NAN},
	};
	return group;
}

/* True the first time that the group meets it. */
static bool
is_new(struct names *names, const struct forged_group *group, const struct interception_report *report, char kind,
    const char *what)
{
	char key[192];
	uint32_t n = names_count(names);

	snprintf(key, sizeof(key), "%zu %c %s", (size_t)(group - report->groups), kind, what);
	return names_add(names, key) == n;
}

static struct forged_target *
forged_target_of(struct making *making, struct forged_group *group, const struct shown_cert *s)
{
	struct interception *in = making->in;
	const char *url = names_text(in->target_names, s->target);
	struct forged_target *target;
	size_t i;

	for (i = 0; i < group->ntargets; i++)
		if (group->targets[i].url == url)
			return &group->targets[i];
	target = ARENA_PUSH(in->arena, group->targets, group->ntargets);
	*target = (struct forged_target){.url = url, .host = in->hosts[s->target], .first_us = INT64_MAX};
	return target;
}

/* The earlier of two; of those seen at once the one whose hash is less, so that the order of records does not matter. */
static bool
is_before(const struct shown_cert *s, const struct cert *cert, const struct forged_target *target)
{
	if (target->cert == NULL || s->first_us != target->first_us)
		return target->cert == NULL || s->first_us < target->first_us;
	return strcmp(cert->sha256, target->cert->sha256) < 0;
}

static void
take_habits(struct making *making, struct forged_group *group, const struct shown_cert *s)
{
	const struct cert *cert = making->in->certs[s->cert];
	const struct chain_facts *f = &cert->facts;
	const struct interception_report *report = &making->in->report;
	double days = (double)(f->not_after_us - f->not_before_us) / 86400e6;

	if (f->not_before_us != 0 && f->not_after_us != 0)
		widen(&group->days, days, days);
	if (f->not_before_us != 0)
		widen(&group->age_h, s->age_least_h, s->age_most_h);
	group->expired += s->expired;
	if (!is_new(making->leaves, group, report, 'l', cert->sha256))
		return;
	group->leaves++;
	group->same_key += !is_new(making->keys, group, report, 'k', f->leaf_key_sha256);
	group->exponent3 += f->exponent3;
	group->sct += f->sct;
	group->aia += f->aia;
	group->policies += f->policies;
}

static void
take_forged(struct making *making, const struct shown_cert *s)
{
	struct interception *in = making->in;
	const struct cert *cert = in->certs[s->cert];
	struct forged_group *group = group_of(making, s);
	struct forged_target *target = forged_target_of(making, group, s);
	char name[160];

	if (is_before(s, cert, target)) {
		target->cert = cert;
		target->record = s->record;
		target->first_us = s->first_us;
	}
	target->n += s->n;
	if (s->last_us > target->last_us)
		target->last_us = s->last_us;
	snprintf(name, sizeof(name), "%u %s", s->target, cert->sha256);
	target->leaves += is_new(making->members, group, &in->report, 't', name);
	group->n += s->n;
	if (s->first_us < group->first_us) {
		group->first_us = s->first_us;
		group->top_issuer = cert->facts.top_issuer;
	}
	if (s->last_us > group->last_us)
		group->last_us = s->last_us;
	if (cert->facts.known != NULL && (group->known == NULL || cert->facts.known_by_key)) {
		group->known = cert->facts.known;
		group->known_by_key = cert->facts.known_by_key;
	}
	snprintf(name, sizeof(name), "%u", s->network);
	if (is_new(making->members, group, &in->report, 'n', name))
		*ARENA_PUSH(in->arena, group->networks, group->nnetworks) = in->networks[s->network];
	take_habits(making, group, s);
}

/* How far the time lies outside of when it was seen. */
static int64_t
distance(const struct shown_cert *s, int64_t us)
{
	if (us < s->first_us)
		return s->first_us - us;
	return us > s->last_us ? us - s->last_us : 0;
}

static void
find_expected(struct interception *in, struct forged_group *group)
{
	size_t t, i;

	for (t = 0; t < group->ntargets; t++) {
		struct forged_target *target = &group->targets[t];
		const struct shown_cert *best = NULL;

		for (i = 0; i < in->nshown; i++) {
			const struct shown_cert *s = &in->shown[i];

			if (s->how == SHOWN_GENUINE && names_text(in->target_names, s->target) == target->url &&
			    (best == NULL || distance(s, target->first_us) < distance(best, target->first_us)))
				best = s;
		}
		if (best == NULL)
			continue;
		target->expected = in->certs[best->cert];
		if (target->cert->facts.not_before_us != 0 && target->expected->facts.not_before_us != 0) {
			double shift = (double)(target->cert->facts.not_before_us -
					   target->expected->facts.not_before_us) /
			    3600e6;

			widen(&group->shift_h, shift, shift);
		}
	}
}

static int
by_host(const void *a, const void *b)
{
	const struct forged_target *x = a, *y = b;
	int order = compare_text(x->host, y->host);

	return order != 0 ? order : strcmp(x->url, y->url);
}

static int
by_network(const void *a, const void *b)
{
	const struct cert_network *x = a, *y = b;

	return x->asn != y->asn ? (x->asn < y->asn ? -1 : 1) : strcmp(x->cc, y->cc);
}

static int
by_first(const void *a, const void *b)
{
	const struct forged_group *x = a, *y = b;
	int order = compare_times(x->first_us, y->first_us);

	if (order == 0)
		order = compare_text(x->issuer, y->issuer);
	return order != 0 ? order : strcmp(x->issuer_key, y->issuer_key);
}

static void
make_groups(struct interception *in)
{
	struct making making = {in, names_new(), names_new(), names_new(), names_new()};
	struct interception_report *report = &in->report;
	size_t i;

	for (i = 0; i < in->nshown; i++)
		if (in->shown[i].how == SHOWN_FORGED)
			take_forged(&making, &in->shown[i]);
	for (i = 0; i < report->ngroups; i++) {
		struct forged_group *group = &report->groups[i];

		find_expected(in, group);
		qsort(group->targets, group->ntargets, sizeof(*group->targets), by_host);
		qsort(group->networks, group->nnetworks, sizeof(*group->networks), by_network);
	}
	if (report->ngroups > 0)
		qsort(report->groups, report->ngroups, sizeof(*report->groups), by_first);
	names_free(making.groups);
	names_free(making.members);
	names_free(making.leaves);
	names_free(making.keys);
}

/* ---- Sites that changed ---------------------------------------------------------------------- */

/* A key of a site, whatever the leaf and the network. */
struct honest_key {
	uint32_t target;
	const struct cert *cert; /* the leaf seen first */
	int64_t first_us, last_us;
};

static int
by_target_and_key(const void *a, const void *b)
{
	const struct honest_key *x = a, *y = b;
	int order;

	if (x->target != y->target)
		return x->target < y->target ? -1 : 1;
	order = strcmp(x->cert->facts.leaf_key_sha256, y->cert->facts.leaf_key_sha256);
	if (order == 0)
		order = compare_times(x->first_us, y->first_us);
	return order != 0 ? order : strcmp(x->cert->sha256, y->cert->sha256);
}

static int
by_target_and_first(const void *a, const void *b)
{
	const struct honest_key *x = a, *y = b;

	if (x->target != y->target)
		return x->target < y->target ? -1 : 1;
	return x->first_us != y->first_us ? compare_times(x->first_us, y->first_us)
					  : strcmp(x->cert->sha256, y->cert->sha256);
}

/* One entry for each key of each target; returns how many are left. */
static size_t
one_a_key(struct honest_key *keys, size_t n)
{
	size_t i, kept = 0;

	for (i = 1; i < n; i++)
		if (keys[i].target == keys[kept].target &&
		    strcmp(keys[i].cert->facts.leaf_key_sha256, keys[kept].cert->facts.leaf_key_sha256) == 0) {
			if (keys[i].last_us > keys[kept].last_us)
				keys[kept].last_us = keys[i].last_us;
		} else
			keys[++kept] = keys[i];
	return n > 0 ? kept + 1 : 0;
}

static size_t
count_issuers(const struct honest_key *keys, size_t n)
{
	size_t i, j, count = 0;

	for (i = 0; i < n; i++) {
		for (j = 0; j < i &&
		    strcmp(keys[i].cert->facts.issuer_name_sha256, keys[j].cert->facts.issuer_name_sha256) != 0; j++)
			;
		count += j == i;
	}
	return count;
}

static void
add_site(struct interception *in, const struct honest_key *keys, size_t n)
{
	struct honest_site *site;

	if (n < 2)
		return;
	site = ARENA_PUSH(in->arena, in->report.sites, in->report.nsites);
	*site = (struct honest_site){
	    .url = names_text(in->target_names, keys[0].target),
	    .host = in->hosts[keys[0].target],
	    .keys = n,
	    .issuers = count_issuers(keys, n),
	    .before = keys[n - 2].cert,
	    .after = keys[n - 1].cert,
	    .before_last_us = keys[n - 2].last_us,
	    .after_first_us = keys[n - 1].first_us,
	};
}

static int
by_site(const void *a, const void *b)
{
	const struct honest_site *x = a, *y = b;
	int order = compare_text(x->host, y->host);

	return order != 0 ? order : strcmp(x->url, y->url);
}

static void
make_sites(struct interception *in)
{
	struct honest_key *keys = xmalloc((in->nshown + 1) * sizeof(*keys));
	size_t i, n = 0, from;

	for (i = 0; i < in->nshown; i++)
		if (in->shown[i].how == SHOWN_GENUINE && in->certs[in->shown[i].cert]->facts.parsed)
			keys[n++] = (struct honest_key){in->shown[i].target, in->certs[in->shown[i].cert],
			    in->shown[i].first_us, in->shown[i].last_us};
	qsort(keys, n, sizeof(*keys), by_target_and_key);
	n = one_a_key(keys, n);
	qsort(keys, n, sizeof(*keys), by_target_and_first);
	for (from = 0, i = 1; i <= n; i++)
		if (i == n || keys[i].target != keys[from].target) {
			add_site(in, &keys[from], i - from);
			from = i;
		}
	free(keys);
	if (in->report.nsites > 0)
		qsort(in->report.sites, in->report.nsites, sizeof(*in->report.sites), by_site);
}

static void
count_doubtful(struct interception *in)
{
	struct names *targets = names_new();
	size_t i;

	for (i = 0; i < in->nshown; i++)
		if (in->shown[i].how == SHOWN_DOUBTFUL) {
			in->report.doubtful += in->shown[i].n;
			names_add(targets, names_text(in->target_names, in->shown[i].target));
		}
	in->report.doubtful_targets = names_count(targets);
	names_free(targets);
}

const struct interception_report *
interception_finish(struct interception *in)
{
	make_groups(in);
	make_sites(in);
	count_doubtful(in);
	return &in->report;
}
