/* The look-ups of one host name. */
#include "probe/lookups.h"

#include <stdlib.h>
#include <event2/event.h>

#include "base/mem.h"
#include "probe/check_dns.h"
#include "probe/probe.h"
#include "probe/resolver.h"
#include "results/failure.h"
#include "results/measurement.h"

/*
 * One record type from one source. The system's resolvers are one source: like the C library,
 * we go on to the next of them only when one keeps silent.
 */
struct lookup_job {
	struct lookups *lookups;
	size_t resolver; /* the one asked now */
	enum dns_type type;
	struct check *check; /* NULL: not running */
	bool asked, answered; /* in the attempt under way */
	const char *failure; /* of the last attempt */
	size_t query; /* of the last attempt, in m->queries, once it is over */
	bool silent; /* it failed without an answer */
};

static void job_answered(struct check *check, void *arg);
static void job_done(struct check *check, void *arg);

static void
job_start(struct lookup_job *job)
{
	struct lookups *l = job->lookups;

	job->asked = true;
	job->check = check_dns_new(l->probe, l->m, &l->resolvers[job->resolver], l->hostname,
	    job->type, job_done, job);
	job->check->tag = l->tag;
	job->check->attempt = l->retry.attempt;
	check_dns_on_answer(job->check, job_answered);
	job->answered = false;
	l->running++;
	l->awaited++;
	check_start(job->check);
}

static enum resolver_role
job_role(const struct lookup_job *job)
{
	return job->lookups->resolvers[job->resolver].role;
}

/* The job for the other record type at the same source: they are made in pairs. */
static const struct lookup_job *
job_sibling(const struct lookup_job *job)
{
	return job->type == DNS_TYPE_A ? job + 1 : job - 1;
}

static bool
nxdomain(const struct lookup_job *job)
{
	return failure_find(job->failure) == FAILURE_DNS_NXDOMAIN;
}

/* Every source says that the name does not exist, DoH among them: nothing is left to find out. */
static bool
name_is_gone(const struct lookups *l)
{
	bool over_https = false;
	size_t i;

	for (i = 0; i < l->njobs; i++) {
		if (job_role(&l->jobs[i]) == RESOLVER_DOH && nxdomain(&l->jobs[i]))
			over_https = true;
		else if (job_role(&l->jobs[i]) != RESOLVER_DOH && !nxdomain(&l->jobs[i]))
			return false;
	}
	return over_https;
}

/* The next system resolver after this one, in a circle; itself when there is no other. */
static size_t
next_system(const struct lookups *l, size_t from)
{
	size_t i = from;

	do {
		i = (i + 1) % l->nresolvers;
		if (l->resolvers[i].role == RESOLVER_SYSTEM && !l->resolvers[i].skip)
			return i;
	} while (i != from);
	return from;
}

/* As the C library does, whatever kept the answer away: silence, a closed port, no route. */
static bool
job_goes_elsewhere(const struct lookup_job *job)
{
	return job->silent && job_role(job) == RESOLVER_SYSTEM &&
	    next_system(job->lookups, job->resolver) != job->resolver;
}

/*
 * A failure that another try could settle. A missing AAAA beside an A is no failure, but an A that
 * was lost beside an AAAA is: on a line without IPv6 it is all there is. A DoH server that refuses us says nothing of
 * the target; one that is late may be in time next.
 */
static bool
job_wants_retry(const struct lookup_job *job)
{
	if (job->failure == NULL ||
	    (job_role(job) == RESOLVER_DOH &&
		failure_find(job->failure) != FAILURE_GENERIC_TIMEOUT) ||
	    (!retry_useful(job->failure) && !job_goes_elsewhere(job)))
		return false;
	return job_sibling(job)->failure != NULL || (job->type == DNS_TYPE_A && job->silent);
}

static bool
lookups_want_retry(const struct lookups *l)
{
	size_t i;

	for (i = 0; i < l->njobs; i++)
		if (job_wants_retry(&l->jobs[i]))
			return !l->stopped && !name_is_gone(l);
	return false;
}

/*
 * Every source has answered or failed in this pass. A retry waits until listening is over, too:
 * a late answer to the first question is no answer to the second.
 */
static void
lookups_settled(evutil_socket_t fd, short what, void *arg)
{
	struct lookups *l = arg;
	bool again = lookups_want_retry(l);

	(void)fd;
	(void)what;
	if (again && l->running > 0)
		return;
	if (again && retry_later(&l->retry))
		return;
	if (!l->is_ready) {
		l->is_ready = true;
		l->ready(l->arg);
	}
	if (l->running == 0) {
		l->is_done = true;
		l->done(l->arg);
	}
}

static void
settle_if_all(struct lookups *l)
{
	if (l->awaited == 0)
		event_active(&l->settled, EV_TIMEOUT, 1);
}

static void
lookups_pass(void *arg)
{
	struct lookups *l = arg;
	struct lookup_job *job;
	size_t i;

	for (i = 0; i < l->njobs && !l->stopped; i++) {
		job = &l->jobs[i];
		if (job->asked && !job_wants_retry(job))
			continue;
		if (job->asked && job_goes_elsewhere(job))
			job->resolver = next_system(l, job->resolver);
		job_start(job);
	}
	settle_if_all(l);
}

static void
job_answered(struct check *check, void *arg)
{
	struct lookup_job *job = arg;

	job->answered = true;
	job->silent = false;
	job->failure = check_dns_draft(check)->failure;
	job->lookups->awaited--;
	settle_if_all(job->lookups);
}

static void
job_done(struct check *check, void *arg)
{
	struct lookup_job *job = arg;
	struct lookups *l = job->lookups;

	job->check = NULL;
	job->failure = check->failure;
	job->silent = check->failure != NULL && check_dns_result(check)->rcode < 0;
	job->query = (size_t)(check_dns_result(check) - l->m->queries);
	l->running--;
	if (!job->answered)
		l->awaited--;
	settle_if_all(l);
}

const struct query *
lookups_query(const struct lookups *l, size_t i)
{
	const struct lookup_job *job = &l->jobs[i];

	if (job->check != NULL)
		return check_dns_draft(job->check);
	return job->asked ? &l->m->queries[job->query] : NULL;
}

static void
add_jobs(struct lookups *l, size_t resolver)
{
	static const enum dns_type types[] = {DNS_TYPE_A, DNS_TYPE_AAAA};
	size_t i;

	for (i = 0; i < 2; i++)
		l->jobs[l->njobs++] = (struct lookup_job){
		    .lookups = l, .resolver = resolver, .type = types[i]};
}

void
lookups_start(struct lookups *l, struct probe *probe, struct measurement *m,
    struct resolver *resolvers, size_t nresolvers, const char *hostname, const char *tag,
    int attempts, bool only_system, void (*ready)(void *arg), void (*done)(void *arg), void *arg)
{
	bool have_system = false;
	size_t i;

	*l = (struct lookups){.probe = probe, .m = m, .resolvers = resolvers,
	    .nresolvers = nresolvers, .hostname = hostname, .tag = tag, .ready = ready, .done = done,
	    .arg = arg};
	event_assign(&l->settled, probe->base, -1, 0, lookups_settled, l);
	retry_init(&l->retry, probe, attempts, lookups_pass, l);
	l->jobs = xcalloc(nresolvers * 2, sizeof(*l->jobs));
	for (i = 0; i < nresolvers; i++) {
		if (resolvers[i].skip || (only_system && l->njobs > 0) ||
		    (have_system && resolvers[i].role == RESOLVER_SYSTEM))
			continue;
		have_system = have_system || resolvers[i].role == RESOLVER_SYSTEM;
		add_jobs(l, i);
	}
	retry_now(&l->retry);
}

void
lookups_end(struct lookups *l, const char *failure)
{
	size_t i;

	if (l->is_done)
		return;
	l->stopped = true;
	for (i = 0; i < l->njobs; i++)
		if (l->jobs[i].check != NULL)
			check_finish(l->jobs[i].check, failure);
	retry_stop(&l->retry); /* in a pause between two passes */
	settle_if_all(l);
}

void
lookups_clear(struct lookups *l)
{
	if (l->probe == NULL)
		return;
	retry_stop(&l->retry);
	event_del(&l->settled);
	free(l->jobs);
	l->jobs = NULL;
	l->njobs = 0;
}
